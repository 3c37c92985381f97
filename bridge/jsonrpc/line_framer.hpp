// Turns the byte stream of a stdio peer into lines.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

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

    /// The next whole line without its "\n" or "\r\n", or nothing. A byte order mark at the very start is dropped.
    /// The view holds until the next `prepare`.
    std::optional<std::string_view> next() noexcept;

    /// The bytes after the last newline: what a peer that has closed its output left unfinished.
    std::string_view remainder() const noexcept;

    /// True once a line grew past its limit. The stream has lost its framing then, and nothing more comes out.
    bool overflowed() const noexcept { return overflowed_; }

private:
    struct freeing {
        void operator()(char* memory) const noexcept { std::free(memory); }
    };

    void grow(std::size_t wanted);

    std::size_t max_line_;
    // By realloc: it moves the pages of a large block instead of copying, which for 64 MiB would hold up everybody else.
    std::unique_ptr<char, freeing> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;    // start of the first line not yet given out
    std::size_t scanned_ = 0;  // no newline stands between begin_ and here
    std::size_t end_ = 0;      // end of the received bytes
    bool overflowed_ = false;
    bool at_start_ = true;
};

}  // namespace bridge::jsonrpc
