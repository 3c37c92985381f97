// Turns the byte stream of a stdio peer into lines.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "bridge/core/memory_budget.hpp"
#include "bridge/jsonrpc/oversized_line.hpp"

namespace bridge::jsonrpc {

/// Frames newline-delimited messages (MCP specification, Transports: stdio). Works on bytes, so a UTF-8 sequence
/// split between two reads is no case of its own; linear in its input however small the pieces are.
///
/// The owner reads straight into the framer: `prepare`, read, `commit`, then `next` until it gives nothing.
class line_framer {
public:
    /// `max_line`: the longest line in bytes, its end excluded.
    explicit line_framer(std::size_t max_line) noexcept : max_line_(max_line) {}

    /// Room for at least one byte, usually 64 KiB. Invalidates every line given out before.
    std::span<char> prepare();

    /// Says that the first `n` bytes of the prepared room were filled.
    void commit(std::size_t n) noexcept;

    /// The next whole line without its "\n" or "\r\n"; nothing if none is there, or if `take_oversized` has one that comes before it. A byte order mark at the very start is dropped.
    /// The view holds until the next `prepare`.
    std::optional<std::string_view> next() noexcept;

    /// The bytes after the last newline: what a peer that has closed its output left unfinished.
    std::string_view remainder() const noexcept;

    /// What is left of a line that was over its limit, once its end has come; it is given out once. `next` steps over such a line, of which
    /// little is kept meanwhile.
    std::optional<oversized_line> take_oversized() noexcept { return std::exchange(oversized_, std::nullopt); }

    /// `account` pays for the buffer. When it can have no more memory, a line of more than `core::small_message_bytes` is stepped over too.
    void pay_from(core::memory_account_ptr account);

    /// Steps over the line that is being received if it is large: only its ends are kept from now on. Not while the prepared room is in use.
    void give_up_large_line();
    bool holds_large_line() const noexcept { return end_ - begin_ > core::small_message_bytes; }

    /// True while such a line has not come to its end.
    bool is_skipping() const noexcept { return skipping_.has_value(); }

private:
    struct freeing {
        void operator()(char* memory) const noexcept { std::free(memory); }
    };

    void grow(std::size_t wanted);
    void skip(std::string_view more);
    void release();
    void end_skipping() noexcept { oversized_ = std::exchange(skipping_, std::nullopt); }

    std::size_t max_line_;
    // By realloc: it moves the pages of a large block instead of copying, which for 64 MiB would hold up everybody else.
    std::unique_ptr<char, freeing> buffer_;
    std::size_t capacity_ = 0;
    core::memory_charge charge_;  // of the capacity
    std::size_t begin_ = 0;    // start of the first line not yet given out
    std::size_t scanned_ = 0;  // no newline stands between begin_ and here
    std::size_t end_ = 0;      // end of the received bytes
    std::optional<oversized_line> skipping_;   // its end has not come
    std::optional<oversized_line> oversized_;  // it has
    bool at_start_ = true;
};

}  // namespace bridge::jsonrpc
