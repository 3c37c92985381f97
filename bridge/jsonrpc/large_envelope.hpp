// Reads a large message.
#pragma once

#include "bridge/jsonrpc/envelope_builder.hpp"
#include "bridge/jsonrpc/long_scan.hpp"

namespace bridge::jsonrpc {

/// A message of more bytes is worth reading in slices of as many, each of which takes about a millisecond.
inline constexpr std::size_t slice_bytes = 1024 * 1024;

/// Reads one message as `read_envelope` does, with the same outcome, but in slices. Call `advance` until it is true, then `outcome`.
class large_envelope final : private long_scan {
public:
    /// `text` must outlive it and the outcome.
    large_envelope(std::string_view text, unsigned max_depth) : long_scan(text, max_depth) {}

    bool advance(std::size_t bytes = slice_bytes) { return long_scan::advance(bytes); }

    read_outcome outcome();

private:
    void on_key(unsigned depth) override;
    bool on_member(unsigned depth, std::string_view raw) override;

    envelope_builder message_;
    bool is_in_params_ = false;  // the member of the message that is being read is its params
    bool is_in_meta_ = false;    // and the member of those is their _meta
};

}  // namespace bridge::jsonrpc
