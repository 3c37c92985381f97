#include "bridge/app/unknown_variables.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <map>
#include <string_view>

#include "bridge/app/flags.hpp"
#include "bridge/app/help.hpp"
#include "bridge/app/limit_table.hpp"
#include "bridge/app/nearest_name.hpp"
#include "bridge/platform/this_process.hpp"

namespace bridge::app {
namespace {

// The path of the bridge for the tests; the mark of a server's processes, which a bridge that a server starts inherits; the file with which tests
// make the bridge fail (core/passing).
constexpr std::array<std::string_view, 3> names_of_others = {"BIN", "CHILD", "FAULT"};

// Kubernetes and Docker set such variables for a service or a linked container with a name like that of the bridge.
bool is_service_link(std::string_view name, std::string_view value) {
    return value.starts_with("tcp://") || name.find("SERVICE_HOST") != std::string_view::npos ||
           name.find("SERVICE_PORT") != std::string_view::npos || name.find("_TCP") != std::string_view::npos;
}

// Returns the options by the names of their variables, without the common prefix.
std::map<std::string, const CLI::Option*> known_variables(const CLI::App& app) {
    std::map<std::string, const CLI::Option*> out;
    for (const CLI::Option* each : app.get_options()) {
        if (!each->get_envname().empty()) {
            out.emplace(each->get_envname().substr(variable_prefix.size()), each);
        } else if (!each->get_lnames().empty() && find_limit(each->get_lnames().front()) != nullptr) {
            out.emplace(variable_name(each->get_lnames().front()).substr(variable_prefix.size()), each);
        }
    }
    out.emplace("LIMITS", app.get_option_no_throw("--limit"));
    return out;
}

// Returns the name that a limit without an option would have, such as "max-batch" for MAX_BATCH.
std::string limit_name(std::string_view name) {
    std::string out(name);
    std::ranges::transform(out, out.begin(), [](char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    return out;
}

}  // namespace

void forget_service_link() {
    constexpr const char* port = "MCP_BRIDGE_PORT";
    const char* const value = std::getenv(port);
    if (value != nullptr && std::string_view(value).starts_with("tcp://")) unsetenv(port);
}

std::vector<std::string> unknown_variables(const CLI::App& app) {
    const std::map<std::string, const CLI::Option*> known = known_variables(app);
    std::vector<std::string> names;
    names.reserve(known.size());
    for (const auto& [name, option] : known) names.push_back(name);
    std::vector<std::string> warnings;
    for (char** each = platform::environment(); *each != nullptr; ++each) {
        const std::string_view variable = *each;
        const std::size_t equals = std::min(variable.find('='), variable.size());
        if (!variable.starts_with(variable_prefix) || equals <= variable_prefix.size()) continue;
        const std::string name(variable.substr(variable_prefix.size(), equals - variable_prefix.size()));
        const bool is_of_others = std::ranges::find(names_of_others, name) != names_of_others.end();
        if (known.contains(name) || is_of_others || is_service_link(name, variable.substr(std::min(equals + 1, variable.size())))) continue;
        std::string text(variable.substr(0, equals));
        text += " is not a variable of the bridge";
        const std::string nearest = nearest_name(name, names);
        if (const std::string limit = limit_name(name); find_limit(limit) != nullptr) {
            text.append(", so it is ignored; write MCP_BRIDGE_LIMITS=").append(limit).append("=VALUE");
        } else if (nearest.empty()) {
            text += ", so it is ignored; --help lists all of them";
        } else if (is_protection(*known.at(nearest))) {
            throw CLI::ValidationError(text.append("; did you mean ").append(variable_prefix).append(nearest).append("?"), 2);
        } else {
            text.append(", so it is ignored; did you mean ").append(variable_prefix).append(nearest).append("?");
        }
        warnings.push_back(std::move(text));
    }
    return warnings;
}

}  // namespace bridge::app
