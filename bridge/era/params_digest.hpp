// The identity of a request that a client repeats with answers.
#pragma once

#include <string_view>
#include <vector>

#include "bridge/core/secret.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

/// Returns a digest of the raw method `method` and of `params`, at most `jsonrpc::most_members` params, without `_meta` and the members by which a
/// client answers questions. Two requests have the same digest if they differ only in those members, in the order of members of the params, or in
/// white space between tokens. Of a long name or value, only the length and both ends count.
core::digest params_digest(std::string_view method, std::vector<jsonrpc::member> params);

}  // namespace bridge::era
