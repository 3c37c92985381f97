// The areas that the National Weather Service gives alerts for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weather {

/// `code` in capital letters if it names a state, a territory or a sea of the service (any case); nothing
/// otherwise.
std::optional<std::string> find_area(std::string_view code);

/// The service's name for an area, such as "California". `code` as `find_area` gives it.
std::string_view area_name(std::string_view code);

/// All codes, for an error text: "AK, AL, ...".
std::string list_areas();

}  // namespace weather
