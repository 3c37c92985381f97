// The identity of a request that a client repeats with answers.
#pragma once

#include "bridge/core/secret.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// Returns a digest of the method and the params of `message`, without `_meta` and the members by which a client answers questions. Two requests have
/// the same digest if they differ only in those members, in the order of members of the params, or in white space between tokens. Of a value of more
/// than 64 KiB, only the length and both ends count.
core::digest params_digest(const jsonrpc::envelope& message);

}  // namespace bridge::era
