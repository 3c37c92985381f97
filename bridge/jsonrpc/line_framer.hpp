// The framer that splits the byte stream of a stdio peer into lines.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "bridge/core/free_block.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/jsonrpc/oversized_line.hpp"

namespace bridge::jsonrpc {

/// Frames newline-delimited messages (MCP specification, Transports: stdio). The framer works on bytes, so a UTF-8 sequence that is split
/// between two reads needs no special case. Its cost is linear in the input, however small the pieces are.
///
/// The owner reads directly into the framer: `prepare`, read, `commit`, then `next` until it returns nothing.
class line_framer {
public:
    /// `max_line` is the longest line in bytes, without its line break.
    explicit line_framer(std::size_t max_line) noexcept : max_line_(max_line) {}

    /// Returns room for at least one byte, usually for 64 KiB. Invalidates every line returned before.
    std::span<char> prepare();

    /// Records that the first `n` bytes of the prepared room were filled.
    void commit(std::size_t n) noexcept;

    /// Returns the next whole line without its "\n" or "\r\n". Returns nothing if there is none, or if `remove_oversized` has a line that
    /// comes before it. A byte order mark at the very start of the stream is dropped. The view is valid until the next `prepare`.
    std::optional<std::string_view> next() noexcept;

    /// Returns the bytes after the last newline: the unfinished line of a peer that has closed its output.
    std::string_view remainder() const noexcept;

    /// Returns, once, what is kept of a line over the limit, after the end of that line has arrived. `next` skips such a line and keeps
    /// only its two ends.
    std::optional<oversized_line> remove_oversized() noexcept { return std::exchange(oversized_, std::nullopt); }

    /// Makes `account` pay for the buffer. When the account can get no more memory, the framer also skips a line of more than
    /// `core::small_message_bytes`.
    void pay_from(core::memory_account_ptr account);

    /// Skips the line that is being received if it is large: from now on only its ends are kept. Do not call it while the prepared room is
    /// in use.
    void give_up_large_line();
    bool holds_large_line() const noexcept { return end_ - begin_ > core::small_message_bytes; }

    /// Frees the buffer. Invalidates every line returned before.
    void release();

    /// True while the end of a skipped line has not arrived.
    bool is_skipping() const noexcept { return skipping_.has_value(); }

private:
    std::size_t capacity() const noexcept { return buffer_.get_deleter().bytes; }
    void gather();
    void grow(std::size_t wanted);
    void skip(std::string_view more);
    void end_skipping() noexcept { oversized_ = std::exchange(skipping_, std::nullopt); }

    std::size_t max_line_;
    // Allocated with realloc, which moves the pages of a large block instead of copying them. Copying 64 MiB would delay all other work.
    core::c_block buffer_;
    core::memory_charge charge_;               // for the capacity of the buffer
    std::size_t begin_ = 0;                    // start of the first line not returned yet
    std::size_t scanned_ = 0;                  // no newline is between begin_ and this position
    std::size_t end_ = 0;                      // end of the received bytes
    std::optional<oversized_line> skipping_;   // the line that is being skipped; its end has not arrived
    std::optional<oversized_line> oversized_;  // a skipped line whose end has arrived
    bool at_start_ = true;
};

}  // namespace bridge::jsonrpc
