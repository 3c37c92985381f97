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
#include "bridge/core/spliced_text.hpp"

namespace bridge::child {

/// A queue of lines. It joins small lines in one text, so that one system call writes them. It keeps the large part of a large line where it is,
/// without a copy.
class outbox {
public:
    /// The text to append lines or parts of a line to. Call `pay` after that.
    std::string& text() { return text_; }
    /// Charges the memory account for the appended bytes.
    void pay() { charge_.set(parts_capacity_ + core::capacity_of(text_)); }

    void pay_from(core::memory_account_ptr account) {
        if (!charge_.account()) charge_ = {account, core::memory_use::child_input};
        charge_.pay_from(std::move(account));
        pay();
    }

    /// Adds `bytes`, a view into `owner`. The queue keeps `owner` until the next `clear`.
    void add(std::shared_ptr<const std::string> owner, std::string_view bytes) {
        if (!text_.empty()) {
            auto before = std::make_shared<const std::string>(std::exchange(text_, {}));
            const std::string_view all = *before;
            add_part(std::move(before), all);
        }
        add_part(std::move(owner), bytes);
    }

    /// Adds `contents`, a view into `text`, and takes ownership of `text`. If `target` is not empty, it is a view into `contents`, and `replacement`
    /// replaces it.
    void add_spliced(std::string text, std::string_view contents, std::string_view target, std::string_view replacement) {
        const auto begin = static_cast<std::size_t>(contents.data() - text.data());
        const std::size_t before = target.empty() ? contents.size() : static_cast<std::size_t>(target.data() - contents.data());
        const std::size_t behind = before + target.size();
        const auto owner = std::make_shared<const std::string>(std::move(text));
        const std::string_view all = std::string_view(*owner).substr(begin, contents.size());
        add(owner, all.substr(0, before));
        if (target.empty()) return;
        text_ += replacement;
        add(owner, all.substr(behind));
    }

    void add(const core::spliced_text& added) {
        for (const core::spliced_text::part& each : added.parts()) {
            text_ += each.copied;
            if (!each.shared.empty()) add(each.shared.text(), each.shared.view());
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
        for (const part& each : parts_) add_buffer(each.bytes);
        add_buffer(text_);
        return buffers_;
    }

    /// Removes everything, but keeps some memory for small lines.
    void clear() {
        parts_.clear();
        parts_bytes_ = parts_capacity_ = 0;
        text_.clear();
        if (text_.capacity() > kept_bytes) text_.shrink_to_fit();
        pay();
    }

    /// Removes everything, and frees all memory.
    void release() {
        clear();
        std::string().swap(text_);
        pay();
    }

private:
    struct part {
        std::shared_ptr<const std::string> owner;
        std::string_view bytes;
    };
    void add_part(std::shared_ptr<const std::string> owner, std::string_view bytes) {
        parts_bytes_ += bytes.size();
        // One large text can be the owner of two parts, with a small one between them.
        const std::size_t looked_at = std::min<std::size_t>(parts_.size(), 2);
        const bool is_counted =
            std::any_of(parts_.end() - static_cast<std::ptrdiff_t>(looked_at), parts_.end(), [&](const part& each) { return each.owner == owner; });
        if (!is_counted) parts_capacity_ += owner->capacity();
        parts_.push_back({std::move(owner), bytes});
    }

    static constexpr std::size_t kept_bytes = 256 * 1024;

    std::vector<part> parts_;  // the bytes before text_
    std::size_t parts_bytes_ = 0;
    std::size_t parts_capacity_ = 0;
    core::memory_charge charge_;
    std::string text_;
    std::vector<boost::asio::const_buffer> buffers_;
};

}  // namespace bridge::child
