// The reader of JSON-RPC batches.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"

namespace bridge::jsonrpc {

/// One member of a batch, and the outcome of `read_envelope` for it.
struct batch_member {
    std::string_view raw;
    read_outcome read;

    /// The message; null if the member is not a message.
    const envelope* message() const { return std::get_if<envelope>(&read); }
    /// The reason why the member is not a message; null if it is one.
    const read_error* fault() const { return std::get_if<read_error>(&read); }
};

/// Reads the members of a batch one after the other, in slices. Each member is read on its own, so a member that is not a message does not
/// affect the others. Call `advance` until it returns true, then `remove_member`; repeat until `remove_member` returns nothing.
class batch_reader final : private long_scan {
public:
    /// `text` is a JSON array that `read_envelope` has reported as one (`read_error::is_batch`). It must outlive the members.
    batch_reader(std::string_view text, unsigned max_depth, version_rule rule = version_rule::required)
        : long_scan(text, max_depth), rule_(rule), reading_(rule) {}

    /// Reads about `bytes` more. Returns true once a member is ready, or when no member is left.
    bool advance(std::size_t bytes = slice_bytes);

    /// Returns the member that was read, or nothing after the last one.
    std::optional<batch_member> remove_member() { return std::exchange(member_, std::nullopt); }

private:
    void on_key(unsigned depth) override;
    bool on_member(unsigned depth, std::string_view raw) override;
    void on_element(std::string_view raw) override;
    read_outcome outcome(std::string_view raw);

    version_rule rule_;
    message_members reading_;
    std::optional<batch_member> member_;
};

}  // namespace bridge::jsonrpc
