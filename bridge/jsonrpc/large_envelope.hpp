// The reader of large messages.
#pragma once

#include <array>

#include "bridge/jsonrpc/envelope_builder.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/long_scan.hpp"

namespace bridge::jsonrpc {

/// Passes the members that a walk finds to the builder of their message. Members of the message itself are at depth 1.
class message_members {
public:
    explicit message_members(version_rule rule = version_rule::required) : message_(rule) {}

    /// Call it when the key of a member has been read. It decides once what the key means, also for the members inside its value.
    void on_key(unsigned depth, std::string_view key);

    /// Call it when the value at `depth` has ended, whose key was the last one read at that depth.
    void add(unsigned depth, std::string_view raw) { message_.add(matches_[depth], raw); }

    envelope_builder& message() { return message_; }

private:
    envelope_builder message_;
    std::array<name_match, long_scan::deepest_reported + 1> matches_{};  // of the keys around the current position, by depth
};

/// A message of more bytes is read in slices of this size. A slice takes about a millisecond at most: white space and short tokens cost the
/// most, 20 ms for each MiB.
inline constexpr std::size_t slice_bytes = 64 * 1024;

/// Reads one message in slices, with the outcome that `read_envelope` would have. Call `advance` until it returns true, then `outcome`.
class large_envelope final : private long_scan {
public:
    /// `text` must outlive this object and the outcome.
    large_envelope(std::string_view text, unsigned max_depth, version_rule rule = version_rule::required)
        : long_scan(text, max_depth), message_(rule) {}

    bool advance(std::size_t bytes = slice_bytes) { return long_scan::advance(bytes); }

    read_outcome outcome();

    // ---- for a text that begins with an object, but may have more text behind it; valid after `advance` has returned true

    using long_scan::has_passed_value;
    using long_scan::offset;
    /// The outcome for that object alone, if `has_passed_value`.
    read_outcome outcome_of_value();
    /// The reason why the object cannot be read, otherwise.
    read_error failure() const { return scan_failure(error(), reason(), offset()); }
    /// True if the object has a member name, so that its text is probably meant as JSON.
    bool has_key() const { return has_key_; }

private:
    void on_key(unsigned depth) override;
    bool on_member(unsigned depth, std::string_view raw) override;

    message_members message_;
    member_listing listing_;
    bool has_key_ = false;
};

}  // namespace bridge::jsonrpc
