// The suggestion behind "did you mean".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bridge::app {

/// The candidate that differs least from `name`; empty if all of them differ in more than a few characters.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// `"NAME" is not KIND`, with the nearest candidate as a suggestion, or else with `list`, an option that lists all of them.
std::string unknown_name(std::string_view kind, std::string_view name, std::span<const std::string> candidates, std::string_view list);

}  // namespace bridge::app
