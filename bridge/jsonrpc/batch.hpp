// Reads JSON-RPC batches.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>
#include <vector>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// One member of a batch, with what `read_envelope` makes of it.
struct batch_member {
    read_outcome read;

    /// The message; null if the member is none.
    const envelope* message() const { return std::get_if<envelope>(&read); }
    /// Why the member is no message; null if it is one.
    const read_error* fault() const { return std::get_if<read_error>(&read); }
};

struct batch {
    std::vector<batch_member> members;
    bool is_cut = false;  ///< there are more members
};

/// Reads the batch `text`, a JSON array that `read_envelope` has reported as one (`read_error::is_batch`), into at most
/// `most` members, whose views point into it. Each is read for itself: one that is no message spoils no other.
batch read_batch(std::string_view text, unsigned max_depth, std::size_t most);

}  // namespace bridge::jsonrpc
