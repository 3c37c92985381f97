// The members of large objects, read in slices.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "bridge/core/async.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

/// Does what `few_members_of` does, but lets the loop do other work after each slice. `object` must outlive the outcome.
core::task<std::optional<std::vector<jsonrpc::member>>> members_in_slices(core::executor executor, std::string_view object);

}  // namespace bridge::era
