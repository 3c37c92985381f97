#include "bridge/process/passing_advice.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "bridge/platform/this_process.hpp"

namespace bridge::process {
namespace {

// A shell sets these for itself, so they say nothing about a server.
constexpr std::array<std::string_view, 6> of_the_shell = {"_", "OLDPWD", "PS1", "PWD", "SHLVL", "HOSTNAME"};

// A server that names more variables than this writes a manual.
constexpr std::size_t most_advised = 3;

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

bool is_name_part(char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

std::vector<std::string> withheld_variables(const std::vector<std::string>& environment) {
    std::vector<std::string> passed;
    passed.reserve(environment.size());
    for (const std::string& each : environment) passed.emplace_back(name_of(each));
    std::ranges::sort(passed);
    std::vector<std::string> out;
    for (char** variable = platform::environment(); *variable != nullptr; ++variable) {
        const std::string name(name_of(*variable));
        const bool has_value = std::string_view(*variable).size() > name.size() + 1;
        const bool is_own = name.starts_with("MCP_BRIDGE_") || std::ranges::find(of_the_shell, name) != of_the_shell.end();
        if (has_value && !is_own && !std::ranges::binary_search(passed, name)) out.push_back(name);
    }
    std::ranges::sort(out);
    return out;
}

std::string passing_advice(std::string_view words, const std::vector<std::string>& withheld) {
    std::vector<std::string> named;
    while (!words.empty() && named.size() < most_advised) {
        words.remove_prefix(static_cast<std::size_t>(std::ranges::find_if(words, is_name_part) - words.begin()));
        std::string word(words.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(words, is_name_part) - words.begin())));
        words.remove_prefix(word.size());
        if (std::ranges::binary_search(withheld, word) && std::ranges::find(named, word) == named.end()) named.push_back(std::move(word));
    }
    if (named.empty()) return {};
    std::string names;
    std::string options;
    for (const std::string& each : named) {
        names += (names.empty() ? "" : ", ") + each;
        options += " --env " + each;
    }
    return "; the bridge has " + names + " in its environment and does not pass it on to the server; to pass it on:" + options;
}

}  // namespace bridge::process
