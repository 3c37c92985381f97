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
    /// `part` is a view into `*text`.
    shared_text(std::shared_ptr<const std::string> text, std::string_view part) : text_(std::move(text)), part_(part) {}

    std::string_view view() const { return part_; }
    bool empty() const { return part_.empty(); }
    const std::shared_ptr<const std::string>& text() const { return text_; }

    /// The memory that the whole text costs, in bytes.
    std::size_t cost() const { return text_ ? capacity_of(*text_) : 0; }

private:
    std::shared_ptr<const std::string> text_;
    std::string_view part_;
};

/// Lends the parts of a long string of the caller. If nobody keeps one of them when this object ends, the caller's string gets its text back. Views
/// into the text stay valid all the time.
class lent_text {
public:
    /// Moves from `source`, which must outlive this object, and must have a buffer of its own.
    explicit lent_text(std::string& source) : source_(source), text_(std::make_shared<std::string>(std::move(source))) {}
    ~lent_text() {
        if (text_.use_count() == 1) source_ = std::move(*text_);
    }
    lent_text(const lent_text&) = delete;
    lent_text& operator=(const lent_text&) = delete;

    std::shared_ptr<const std::string> text() const { return text_; }
    /// `part` is a view into the text.
    shared_text lend(std::string_view part) const { return {text_, part}; }

private:
    std::string& source_;
    std::shared_ptr<std::string> text_;
};

}  // namespace bridge::core
