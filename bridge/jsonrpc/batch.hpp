// Reads JSON-RPC batches.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"

namespace bridge::jsonrpc {

/// One member of a batch, with what `read_envelope` makes of it.
struct batch_member {
    std::string_view raw;
    read_outcome read;

    /// The message; null if the member is none.
    const envelope* message() const { return std::get_if<envelope>(&read); }
    /// Why the member is no message; null if it is one.
    const read_error* fault() const { return std::get_if<read_error>(&read); }
};

/// Reads the members of a batch one after the other, in slices. Each is read for itself: one that is no message spoils no
/// other. Call `advance` until it is true, then `take`; again, until `take` gives nothing.
class batch_reader final : private long_scan {
public:
    /// `text`: a JSON array that `read_envelope` has reported as one (`read_error::is_batch`). It must outlive the members.
    batch_reader(std::string_view text, unsigned max_depth) : long_scan(text, max_depth) {}

    /// Goes on for about `bytes`. True once there is a member to take, or no more.
    bool advance(std::size_t bytes = slice_bytes);

    /// The member that was read; nothing behind the last.
    std::optional<batch_member> take() { return std::exchange(member_, std::nullopt); }

private:
    void on_key(unsigned depth) override;
    bool on_member(unsigned depth, std::string_view raw) override;
    void on_element(std::string_view raw) override;
    read_outcome outcome(std::string_view raw);

    message_members reading_;
    std::optional<batch_member> member_;
};

}  // namespace bridge::jsonrpc
