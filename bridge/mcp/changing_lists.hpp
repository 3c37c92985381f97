// The lists of a server that can change.
#pragma once

#include <array>
#include <string_view>

#include "bridge/mcp/names.hpp"

namespace bridge::mcp {

struct changing_list {
    std::string_view capability;  ///< of the server
    std::string_view method;      ///< of the notification by which the server says that the list has changed
};

inline constexpr std::array changing_lists = {changing_list{"tools", method::tools_changed}, changing_list{"prompts", method::prompts_changed},
                                              changing_list{"resources", method::resources_changed}};

/// True if a server with the raw `capabilities` says when `list` changes.
bool reports_changes(std::string_view capabilities, const changing_list& list);

}  // namespace bridge::mcp
