// Reads a large message.
#pragma once

#include "bridge/jsonrpc/envelope_builder.hpp"
#include "bridge/jsonrpc/long_scan.hpp"

namespace bridge::jsonrpc {

/// Gives the members that a walk meets to the builder of their message, by where they lie: 1 is a member of the message itself.
class message_members {
public:
    /// The key of a member has been read. What it means for the members inside its value is decided now, and once.
    void on_key(unsigned depth, std::string_view key);

    /// A member has ended. Returns what is wrong with it, or null.
    const char* add(unsigned depth, std::string_view key, std::string_view raw);

    envelope_builder& message() { return message_; }

private:
    envelope_builder message_;
    bool is_in_params_ = false;  // the member of the message that is being read is its params
    bool is_in_meta_ = false;    // and the member of those is their _meta
};

/// A message of more bytes is worth reading in slices of as many, each of which takes about a millisecond at most: white space
/// and short tokens cost the most, 20 ms for each MiB.
inline constexpr std::size_t slice_bytes = 64 * 1024;

/// Reads one message as `read_envelope` does, with the same outcome, but in slices. Call `advance` until it is true, then `outcome`.
class large_envelope final : private long_scan {
public:
    /// `text` must outlive it and the outcome.
    large_envelope(std::string_view text, unsigned max_depth) : long_scan(text, max_depth) {}

    bool advance(std::size_t bytes = slice_bytes) { return long_scan::advance(bytes); }

    read_outcome outcome();

private:
    void on_key(unsigned depth) override { message_.on_key(depth, key_at(depth)); }
    bool on_member(unsigned depth, std::string_view raw) override;

    message_members message_;
};

}  // namespace bridge::jsonrpc
