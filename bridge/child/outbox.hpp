// What waits to be written to a child.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bridge/core/memory_budget.hpp"

namespace bridge::child {

/// Lines in their order: small ones in one text, so that they are written at once; large ones as they came, so that they are not copied.
class outbox {
public:
    /// To append lines to; then `pay`.
    std::string& text() { return text_; }

    /// Charges what was appended.
    void pay() { charge_.set(parts_capacity_ + core::capacity_of(text_)); }

    void pay_from(core::memory_account_ptr account) {
        if (!charge_.account()) charge_ = {account, core::memory_use::child_input};
        charge_.pay_from(std::move(account));
        pay();
    }

    /// Takes over a large line, with its end.
    void add(std::string line) {
        parts_bytes_ += text_.size() + line.size();
        if (!text_.empty()) push(std::exchange(text_, {}));
        push(std::move(line));
        pay();
    }

    std::size_t size() const { return parts_bytes_ + text_.size(); }
    bool empty() const { return size() == 0; }

    /// All of it from byte `begin` on, until the next change.
    std::span<const boost::asio::const_buffer> buffers(std::size_t begin) {
        buffers_.clear();
        const auto add = [&](const std::string& part) {
            if (begin < part.size()) buffers_.push_back(boost::asio::buffer(part) + begin);
            begin -= std::min(begin, part.size());
        };
        for (const std::string& each : parts_) add(each);
        add(text_);
        return buffers_;
    }

    /// Room for small lines is kept.
    void clear() {
        parts_.clear();
        parts_bytes_ = parts_capacity_ = 0;
        text_.clear();
        if (text_.capacity() > kept_bytes) text_.shrink_to_fit();
        pay();
    }

private:
    void push(std::string part) {
        parts_capacity_ += part.capacity();
        parts_.push_back(std::move(part));
    }

    static constexpr std::size_t kept_bytes = 256 * 1024;

    std::vector<std::string> parts_;  // before the text
    std::size_t parts_bytes_ = 0;
    std::size_t parts_capacity_ = 0;
    core::memory_charge charge_;
    std::string text_;
    std::vector<boost::asio::const_buffer> buffers_;
};

}  // namespace bridge::child
