// Member names as Go's encoding/json reads them.
#pragma once

#include <string>
#include <string_view>

namespace fixture {

/// The message `line` with each member name of the envelope, of `params` and of `_meta` in the spelling of the specification, if it is one
/// of its names in any case, or up to U+0000. Of several that become equal the last one is left.
std::string with_folded_names(std::string_view line);

}  // namespace fixture
