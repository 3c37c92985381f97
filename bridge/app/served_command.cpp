#include "bridge/app/served_command.hpp"

#include <algorithm>

#include "bridge/process/passing_advice.hpp"

namespace bridge::app {
namespace {

// HOME and similar variables are those of the user that runs the server, unless they are given by name.
std::vector<std::string> environment_of(const options& chosen) {
    std::vector<std::string> named = chosen.limits.user ? chosen.limits.user->variables() : std::vector<std::string>();
    named.insert(named.end(), chosen.environment.begin(), chosen.environment.end());
    std::vector<std::string> out = process::child_environment(named);
    std::erase_if(out, [&](const std::string& each) {
        const std::string name = each.substr(0, each.find('='));
        const auto names_it = [&name](const std::string& given) { return given.starts_with(name + '='); };
        return std::ranges::count(chosen.withheld, name) > 0 && std::ranges::none_of(chosen.environment, names_it);
    });
    return out;
}

}  // namespace

process::command command_of(const options& chosen, process::watchdog& guard) {
    std::vector<std::string> environment = environment_of(chosen);
    std::vector<std::string> withheld = process::withheld_variables(environment);
    return {.executable = chosen.command.front(),
            .arguments = {chosen.command.begin() + 1, chosen.command.end()},
            .environment = std::move(environment),
            .directory = chosen.directory,
            .limits = chosen.limits,
            .name = chosen.name,
            .guard = &guard,
            .withheld = std::move(withheld)};
}

}  // namespace bridge::app
