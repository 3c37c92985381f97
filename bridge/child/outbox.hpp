// What waits to be written to a child.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bridge::child {

/// Lines in their order: small ones in one text, so that they are written at once; large ones as they came, so that they are not copied.
class outbox {
public:
    /// To append lines to.
    std::string& text() { return text_; }

    /// Takes over a large line, with its end.
    void add(std::string line) {
        parts_bytes_ += text_.size() + line.size();
        if (!text_.empty()) parts_.push_back(std::exchange(text_, {}));
        parts_.push_back(std::move(line));
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
        parts_bytes_ = 0;
        text_.clear();
        if (text_.capacity() > kept_bytes) text_.shrink_to_fit();
    }

private:
    static constexpr std::size_t kept_bytes = 256 * 1024;

    std::vector<std::string> parts_;  // before the text
    std::size_t parts_bytes_ = 0;
    std::string text_;
    std::vector<boost::asio::const_buffer> buffers_;
};

}  // namespace bridge::child
