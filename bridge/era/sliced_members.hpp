// The members of large objects, read in slices.
#pragma once

#include <string_view>
#include <vector>

#include "bridge/core/async.hpp"
#include "bridge/era/object_members.hpp"

namespace bridge::era {

/// Does what `members_of` does, but lets the loop do other work after each slice. `object` must outlive the outcome.
core::task<std::vector<object_member>> members_in_slices(core::executor executor, std::string_view object);

}  // namespace bridge::era
