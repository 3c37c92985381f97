// The tools that a server offers.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "weather-stdio/server/revision.hpp"
#include "weather-stdio/server/tool.hpp"

namespace stdio_server {

class tool_registry {
public:
    tool_registry();
    ~tool_registry();
    tool_registry(tool_registry&&) noexcept;
    tool_registry& operator=(tool_registry&&) noexcept;

    /// Throws `std::invalid_argument` if there is a tool of that name already, or if a schema is not the JSON text of an object: a bug
    /// found at the start.
    void add(tool added);

    /// Returns the tool of that name, or null. Valid as long as the registry.
    const tool* find(std::string_view name) const noexcept;

    /// Returns the value of `tools` in a tools/list result, with the members that revision `r` knows, in the order in which the tools were
    /// added.
    nlohmann::json describe(revision r) const;

private:
    struct entry;
    std::vector<std::unique_ptr<entry>> entries_;
};

}  // namespace stdio_server
