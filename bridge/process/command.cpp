#include "bridge/process/command.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "bridge/platform/this_process.hpp"

namespace bridge::process {
namespace {

constexpr std::array<std::string_view, 11> harmless = {"HOME", "LANG",   "LANGUAGE", "LOGNAME", "PATH", "SHELL",
                                                       "TERM", "TMPDIR", "TZ",       "USER",    "TEMP"};

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

void set(std::vector<std::string>& environment, std::string variable) {
    const std::string_view name = name_of(variable);
    std::erase_if(environment, [name](const std::string& present) { return name_of(present) == name; });
    environment.push_back(std::move(variable));
}

}  // namespace

bool is_harmless(std::string_view name) {
    return std::ranges::find(harmless, name) != harmless.end() || name.starts_with("LC_");
}

std::vector<std::string> child_environment(const std::vector<std::string>& named) {
    std::vector<std::string> out;
    for (char** variable = platform::environment(); *variable != nullptr; ++variable) {
        const std::string_view name = name_of(*variable);
        if (is_harmless(name)) out.emplace_back(*variable);
    }
    for (const std::string& entry : named) {
        if (entry.find('=') != std::string::npos) {
            set(out, entry);
        } else if (const char* value = std::getenv(entry.c_str())) {
            set(out, entry + '=' + value);
        }
    }
    return out;
}

}  // namespace bridge::process
