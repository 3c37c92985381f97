// Parts of a long text that several owners share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/core/memory_charge.hpp"

namespace bridge::core {

/// A part of a text. Copies of this object share the text, which lives as long as one of them.
class shared_text {
public:
    shared_text() = default;
    explicit shared_text(std::string whole) : text_(std::make_shared<const std::string>(std::move(whole))), part_(*text_) {}
    /// `part` is a view into `*text`. If `is_paid`, somebody else charges an account for the text.
    shared_text(std::shared_ptr<const std::string> text, std::string_view part, bool is_paid = false)
        : text_(std::move(text)), part_(part), is_paid_(is_paid) {}

    std::string_view view() const { return part_; }
    bool empty() const { return part_.empty(); }
    const std::shared_ptr<const std::string>& text() const { return text_; }

    /// Another part of the text.
    shared_text with_part(std::string_view part) const { return {text_, part, is_paid_}; }

    /// The memory of the whole text that the owner of this object has to charge an account for, in bytes.
    std::size_t cost() const { return text_ && !is_paid_ ? capacity_of(*text_) : 0; }

private:
    std::shared_ptr<const std::string> text_;
    std::string_view part_;
    bool is_paid_ = false;
};

/// Lends the parts of a long string of the caller. If nobody keeps one of them when this object ends, the caller's string gets its text back.
/// Otherwise the text is paid for once, however many keep parts of it. Views into the text stay valid all the time.
class lent_text {
public:
    /// Moves from `source`, which must outlive this object, and must have a buffer of its own. `account` pays for the text when the caller has it no
    /// more; null for none.
    lent_text(std::string& source, memory_account_ptr account)
        : source_(source), kept_(std::make_shared<kept_text>(std::move(source), memory_charge(std::move(account), memory_use::request_body))) {}
    ~lent_text() {
        if (kept_.use_count() == 1) {
            source_ = std::move(kept_->text);
        } else {
            kept_->charge.set(capacity_of(kept_->text));
        }
    }
    lent_text(const lent_text&) = delete;
    lent_text& operator=(const lent_text&) = delete;

    /// The whole text.
    shared_text text() const { return lend(kept_->text); }
    /// `part` is a view into the text.
    shared_text lend(std::string_view part) const { return {std::shared_ptr<const std::string>(kept_, &kept_->text), part, true}; }

private:
    struct kept_text {
        kept_text(std::string whole, memory_charge unset) : text(std::move(whole)), charge(std::move(unset)) {}

        std::string text;
        memory_charge charge;
    };

    std::string& source_;
    std::shared_ptr<kept_text> kept_;
};

}  // namespace bridge::core
