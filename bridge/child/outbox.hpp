// The input that waits to be written to a child.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/core/memory_charge.hpp"
#include "bridge/core/small_messages.hpp"
#include "bridge/core/spliced_text.hpp"
#include "bridge/jsonrpc/edit.hpp"

namespace bridge::child {

/// A queue of lines. It joins small lines in one text, so that one system call writes them. It keeps the large part of a large line where it is,
/// without a copy.
class outbox {
public:
    /// The text to append lines or parts of a line to. Call `pay` after that.
    std::string& text() { return text_; }
    /// Charges the memory account for the appended bytes.
    void pay() {
        // A text that grows copies itself.
        if (text_.size() > longest_text) add_part(core::shared_text(std::exchange(text_, {})));
        charge_.set(parts_capacity_ + core::capacity_of(text_));
    }

    /// True if the account has memory for another small message.
    bool may_grow() const { return core::may_keep_small(charge_, 2 * longest_text); }

    void pay_from(core::memory_account_ptr account) {
        if (!charge_.account()) charge_ = {account, core::memory_use::child_input};
        charge_.pay_from(std::move(account));
        pay();
    }

    /// Adds a part of a long text. The queue keeps the text until the next `clear`.
    void add(core::shared_text added) {
        if (!text_.empty()) add_part(core::shared_text(std::exchange(text_, {})));
        add_part(std::move(added));
    }

    /// Adds `contents`, a view into `text`, and takes ownership of `text`, which must have a buffer of its own. The targets of `edits` are views into
    /// `contents`, in their order.
    void add_edited(std::string text, std::string_view contents, const std::vector<jsonrpc::edit>& edits) {
        const core::shared_text owner(std::move(text));
        for (const jsonrpc::edit& each : edits) {
            const auto before = static_cast<std::size_t>(each.target.data() - contents.data());
            if (before != 0) add(owner.with_part(contents.substr(0, before)));
            text_ += each.replacement;
            contents.remove_prefix(before + each.target.size());
        }
        add(owner.with_part(contents));
    }

    void add(const core::spliced_text& added) {
        for (const core::spliced_text::part& each : added.parts()) {
            text_ += each.copied;
            if (!each.shared.empty()) add(each.shared);
        }
    }

    std::size_t size() const { return parts_bytes_ + text_.size(); }
    bool empty() const { return size() == 0; }

    /// All bytes from byte `begin` on. The buffers are valid until the next change.
    std::span<const boost::asio::const_buffer> buffers(std::size_t begin) {
        buffers_.clear();
        const auto add_buffer = [&](std::string_view bytes) {
            if (begin < bytes.size()) buffers_.push_back(boost::asio::buffer(bytes) + begin);
            begin -= std::min(begin, bytes.size());
        };
        for (const core::shared_text& each : parts_) add_buffer(each.view());
        add_buffer(text_);
        return buffers_;
    }

    /// Removes everything, but keeps some memory for small lines.
    void clear() {
        parts_.clear();
        parts_bytes_ = parts_capacity_ = 0;
        text_.clear();
        if (text_.capacity() > longest_text) text_.shrink_to_fit();
        pay();
    }

    /// Removes everything, and frees all memory.
    void release() {
        clear();
        std::string().swap(text_);
        pay();
    }

private:
    void add_part(core::shared_text added) {
        parts_bytes_ += added.view().size();
        // One large text can be the owner of two parts, with a small one between them.
        const std::size_t looked_at = std::min<std::size_t>(parts_.size(), 2);
        const bool is_counted = std::any_of(parts_.end() - static_cast<std::ptrdiff_t>(looked_at), parts_.end(),
                                            [&](const core::shared_text& each) { return each.text() == added.text(); });
        if (!is_counted) parts_capacity_ += added.cost();
        parts_.push_back(std::move(added));
    }

    static constexpr std::size_t longest_text = 256 * 1024;

    std::vector<core::shared_text> parts_;  // the bytes before text_
    std::size_t parts_bytes_ = 0;
    std::size_t parts_capacity_ = 0;
    core::memory_charge charge_;
    std::string text_;
    std::vector<boost::asio::const_buffer> buffers_;
};

}  // namespace bridge::child
