// The suggestion after "did you mean".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bridge::app {

/// Returns the candidate that differs least from `name`, or an empty text if all of them differ in more than a few characters.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// Returns `"NAME" is not KIND`, followed by the nearest candidate as a suggestion, or by the option `list`, which lists all candidates.
std::string unknown_name(std::string_view kind, std::string_view name, std::span<const std::string> candidates, std::string_view list);

}  // namespace bridge::app
