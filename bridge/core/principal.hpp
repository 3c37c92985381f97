// The principal of a request that names none.
#pragma once

#include <string_view>

namespace bridge::core {

/// The principal of every request when no keys are asked for and nobody has signed in.
inline constexpr std::string_view anonymous_principal = "anonymous";

}  // namespace bridge::core
