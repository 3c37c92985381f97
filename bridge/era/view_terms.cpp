#include "bridge/era/view_terms.hpp"

#include "bridge/era/discover_result.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

declared_features declared_features::read(std::string_view capabilities) {
    const std::vector<jsonrpc::member> all = jsonrpc::members_of(capabilities);
    const auto has = [&all](std::string_view name, std::string_view part) {
        return jsonrpc::value_of(jsonrpc::members_of(jsonrpc::value_of(all, name)), part) == "true";
    };
    return {.has_logging = jsonrpc::value_of(all, "logging").starts_with('{'),
            .has_resource_updates = has("resources", "subscribe"),
            .tools_change = has("tools", "listChanged"),
            .prompts_change = has("prompts", "listChanged"),
            .resources_change = has("resources", "listChanged"),
            .has_tasks = has_tasks_extension(capabilities)};
}

}  // namespace bridge::era
