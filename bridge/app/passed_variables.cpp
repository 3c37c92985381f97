#include "bridge/app/passed_variables.hpp"

#include <fnmatch.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <string_view>

#include "bridge/app/help.hpp"
#include "bridge/app/vault_reference.hpp"
#include "bridge/platform/this_process.hpp"
#include "bridge/process/command.hpp"

namespace bridge::app {
namespace {

[[noreturn]] void reject(const std::string& fault) {
    throw CLI::ValidationError("--env: " + fault, 2);
}

// Calls `use` with each variable of this process's environment that the pattern matches and that the server would not get anyway.
template <class Use>
void for_each_match(const std::string& pattern, Use use) {
    for (char** each = platform::environment(); *each != nullptr; ++each) {
        const std::string variable = *each;
        const std::string name = variable.substr(0, variable.find('='));
        if (name.starts_with(variable_prefix) || process::is_harmless(name)) continue;
        if (fnmatch(pattern.c_str(), name.c_str(), 0) == 0) use(name, variable);
    }
}

}  // namespace

void read_passed_variables(options& chosen) {
    std::vector<std::string> known;
    std::string unset;
    for (std::string& each : chosen.environment) {
        if (each.empty() || each.front() == '=') reject("a variable has no name");
        const std::size_t equals = each.find('=');
        if (each.substr(0, equals).find('*') != std::string::npos) {
            if (equals != std::string::npos) reject("'" + each.substr(0, equals) + "' is a pattern of names, so it cannot have a value");
            for_each_match(each, [&](const std::string& name, const std::string& variable) {
                chosen.used_variables.push_back(name);
                known.push_back(variable);
            });
        } else if (equals != std::string::npos) {
            known.push_back(std::move(each));
        } else if (const char* value = std::getenv(each.c_str())) {
            chosen.used_variables.push_back(each);
            known.push_back(each + '=' + value);
        } else {
            unset += (unset.empty() ? "" : ", ") + each;
        }
    }
    chosen.environment = std::move(known);
    if (!unset.empty()) chosen.warnings.push_back("--env: not set in the environment of the bridge, so the server does not get it: " + unset);
    for (const std::string& each : chosen.environment) {
        const std::size_t equals = each.find('=');
        if (!is_unresolved_reference(std::string_view(each).substr(equals + 1))) continue;
        chosen.warnings.push_back("the variable " + each.substr(0, equals) + " of the server " + std::string(advice_on_references));
    }
}

}  // namespace bridge::app
