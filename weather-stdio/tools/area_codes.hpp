// The areas for which the National Weather Service has alerts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weather {

/// Returns `code` in capital letters if it names a state, a territory or a sea of the service (in any case); otherwise nothing.
std::optional<std::string> find_area(std::string_view code);

/// Returns the service's name for an area, such as "California". `code` must come from `find_area`.
std::string_view area_name(std::string_view code);

/// Returns all codes, for an error text: "AK, AL, ...".
std::string list_areas();

}  // namespace weather
