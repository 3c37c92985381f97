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

    /// Throws `std::invalid_argument` if the name is taken or a schema is not the JSON text of an object: a
    /// bug found at start.
    void add(tool added);

    /// The tool of that name, or null. Valid as long as the registry.
    const tool* find(std::string_view name) const noexcept;

    /// The value of `tools` in a tools/list result, with the members that revision `r` knows, in order of
    /// adding.
    nlohmann::json describe(revision r) const;

private:
    struct entry;
    std::vector<std::unique_ptr<entry>> entries_;
};

}  // namespace stdio_server
