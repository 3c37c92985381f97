// The principal of requests that name no principal.
#pragma once

#include <string_view>

namespace bridge::core {

/// The principal of every request when no keys are configured and nobody has signed in.
inline constexpr std::string_view anonymous_principal = "anonymous";

}  // namespace bridge::core
