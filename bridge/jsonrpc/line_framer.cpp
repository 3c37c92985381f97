#include "bridge/jsonrpc/line_framer.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace bridge::jsonrpc {
namespace {

constexpr std::size_t usual_room = 64 * 1024;
// A buffer that one huge line has grown above this size is freed when it is empty.
constexpr std::size_t kept_capacity = 4 * usual_room;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

std::span<char> line_framer::prepare() {
    gather();
    if (capacity() - end_ < usual_room / 2) {
        // Doubling keeps the cost of the copies linear in the length of a line.
        const std::size_t wanted = std::max(usual_room, end_ > capacity() / 2 ? capacity() * 2 : capacity());
        if (end_ > core::small_message_bytes && !charge_.may_grow_to(wanted)) give_up_large_line();
        grow(begin_ == end_ ? usual_room : wanted);
    }
    return {buffer_.get() + end_, capacity() - end_};
}

// Moves the held bytes to the start of the buffer. Those behind a returned line have arrived in one read with the end of that line, so they are few.
// Later they could be the start of a long line, and moving them would take long.
void line_framer::gather() {
    const std::size_t held = end_ - begin_;
    if (capacity() > kept_capacity && held <= usual_room / 2) {
        const core::c_block large = std::move(buffer_);
        buffer_ = core::c_block();
        if (held != 0) grow(usual_room);
        if (held != 0) std::memcpy(buffer_.get(), large.get() + begin_, held);
        charge_.set(capacity());
    } else if (begin_ != 0 && held != 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, held);
    }
    scanned_ -= begin_;
    end_ = held;
    begin_ = 0;
}

void line_framer::grow(std::size_t wanted) {
    if (wanted <= capacity()) return;
    auto* const grown = static_cast<char*>(std::realloc(buffer_.get(), wanted));
    if (grown == nullptr) throw std::bad_alloc();
    static_cast<void>(buffer_.release());
    buffer_ = core::c_block(grown, {wanted});
    charge_.set(wanted);
}

void line_framer::release() {
    buffer_ = core::c_block();
    charge_.set(0);
}

void line_framer::pay_from(core::memory_account_ptr account) {
    if (!charge_.account()) charge_ = {account, core::memory_use::child_line};
    charge_.pay_from(std::move(account));
    charge_.set(capacity());
}

void line_framer::give_up_large_line() {
    if (!holds_large_line()) return;
    skip({buffer_.get() + begin_, end_ - begin_});
    skipping_->lacked_memory = true;
    begin_ = scanned_ = end_ = 0;
    release();
}

void line_framer::commit(std::size_t n) noexcept {
    end_ += n;
}

std::optional<std::string_view> line_framer::next() noexcept {
    if (oversized_) return std::nullopt;
    const char* const data = buffer_.get();
    const auto* newline = scanned_ == end_ ? nullptr : static_cast<const char*>(std::memchr(data + scanned_, '\n', end_ - scanned_));
    if (newline == nullptr) {
        scanned_ = end_;
        if (!skipping_ && end_ - begin_ <= max_line_) return std::nullopt;
        skip({data + begin_, end_ - begin_});
        begin_ = scanned_ = end_;
        return std::nullopt;
    }
    std::string_view line(data + begin_, static_cast<std::size_t>(newline - data) - begin_);
    begin_ = scanned_ = static_cast<std::size_t>(newline - data) + 1;
    if (skipping_ || line.size() > max_line_) {
        skip(line);
        end_skipping();
        return std::nullopt;
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (at_start_ && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    at_start_ = false;
    return line;
}

// Adds the next part of a line that is over the limit.
void line_framer::skip(std::string_view more) {
    if (!skipping_) skipping_.emplace();
    at_start_ = false;
    skipping_->add(more);
}

std::string_view line_framer::remainder() const noexcept {
    return {buffer_.get() + begin_, end_ - begin_};
}

}  // namespace bridge::jsonrpc
