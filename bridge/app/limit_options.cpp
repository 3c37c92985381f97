#include "bridge/app/limit_options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <sstream>

#include "bridge/app/flags.hpp"
#include "bridge/app/help.hpp"
#include "bridge/app/nearest_name.hpp"
#include "bridge/core/default_memory_budget.hpp"
#include "bridge/platform/machine_memory.hpp"

namespace bridge::app {
namespace {

constexpr const char* group = "Limits";
constexpr const char* variable_of_all = "MCP_BRIDGE_LIMITS";

[[noreturn]] void reject(const std::string& place, const std::string& fault) {
    throw CLI::ValidationError(place + ": " + fault, 2);
}

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string::npos ? std::string() : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

// Parses "NAME=VALUE".
given_limit assignment(const std::string& place, const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) reject(place, '"' + text + "\" has no value; write NAME=VALUE, such as max-batch=200");
    const std::string name = trimmed(text.substr(0, equals));
    return {.place = place, .label = name, .name = name, .value = trimmed(text.substr(equals + 1))};
}

// Returns the value of a variable. An empty value counts as none, as it does for all options.
std::string variable(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::string() : value;
}

// Returns "NAME SECONDS [60]", or "NAME SIZE" if the default is not known before the start.
std::string with_default(const limit& row, const core::limits& defaults) {
    const bool depends_on_machine = &row == find_limit("max-memory");
    return placeholder_of(row) + (depends_on_machine ? "" : " [" + value_of(row, defaults) + "]");
}

}  // namespace

void limit_settings::set(limit_source source, const given_limit& given) {
    const limit* const found = find_limit(given.name);
    if (found == nullptr) reject(given.place, unknown_name("a limit", given.name, limit_names(), "--help-limits"));
    const auto [at, is_first] = sources_.emplace(found, source);
    if (!is_first && at->second == source) reject(given.place, '"' + given.name + "\" is given twice; remove one of the two");
    if (!is_first) return;
    const std::string wrong = read_value(*found, given.value, to_);
    if (!wrong.empty()) reject(given.place, given.label.empty() ? wrong : given.label + ": " + wrong);
}

void limit_settings::set_from_environment() {
    for (const limit& each : all_limits()) {
        if (!each.has_option) continue;
        const std::string name = variable_name(each.name);
        const std::string value = variable(name);
        if (!value.empty()) set(limit_source::environment, {.place = name, .label = {}, .name = each.name, .value = value});
    }
    std::istringstream all(variable(variable_of_all));
    for (std::string each; std::getline(all, each, ',');) {
        if (!trimmed(each).empty()) set(limit_source::environment, assignment(variable_of_all, each));
    }
}

bool limit_settings::has(std::string_view name) const {
    return sources_.contains(find_limit(name));
}

void add_limit_options(CLI::App& app, const core::limits& defaults, std::vector<given_limit>& given) {
    for (const limit& each : all_limits()) {
        if (!each.has_option) continue;
        const std::string flag = std::string("--") + each.name;
        app.add_option_function<std::string>(
               flag,
               [&given, flag, &each](const std::string& value) { given.push_back({.place = flag, .label = {}, .name = each.name, .value = value}); },
               each.purpose)
            ->type_name(placeholder_of(each))
            ->group(group)
            ->option_text(with_default(each, defaults));
    }
    app.add_option_function<std::vector<std::string>>(
           "--limit",
           [&given](const std::vector<std::string>& all) {
        for (const std::string& each : all) given.push_back(assignment("--limit", each));
           },
           "Set any limit: one of the above, or a rarer one, which --help-limits lists. May be repeated (MCP_BRIDGE_LIMITS)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group(group)
        ->option_text("NAME=VALUE");
}

std::vector<std::string> limit_names() {
    std::vector<std::string> names;
    for (const limit& each : all_limits()) names.emplace_back(each.name);
    return names;
}

std::string limits_help(const core::limits& defaults) {
    std::string text =
        "Every limit, with its default. Set one by --limit NAME=VALUE, which may be repeated; by MCP_BRIDGE_LIMITS=NAME=VALUE,NAME=VALUE\n"
        "in the environment; or in bridge.json by \"limits\": { \"NAME\": VALUE }. The limits with -- before them are options too.\n"
        "SIZE is a number of bytes, or a number with a unit (64KiB, 80MiB); SECONDS may have a fraction (0.5, 30).\n"
        "/metrics counts how often each limit was reached: mcp_bridge_limit_hits_total{limit=\"NAME\"}.\n";
    std::string section;
    for (const limit& each : all_limits()) {
        if (section != each.section) text += '\n' + (section = each.section) + ":\n";
        text += std::string("  ") + (each.has_option ? "--" : "") + each.name + ' ' + with_default(each, defaults) + '\n';
        text += wrapped(std::string(each.purpose) + ". " + each.advice, 8);
    }
    return text;
}

void fit_into_memory(const limit_settings& given, options& chosen) {
    core::limits& bounds = chosen.bounds;
    if (bounds.memory_bytes == 0) bounds.memory_bytes = core::default_memory_budget(platform::machine_memory());
    const auto fit = [&](const std::string& name, std::size_t& bytes) {
        if (!given.has(name)) {
            bytes = std::min(bytes, bounds.memory_bytes / 4);
        } else if (bytes > bounds.memory_bytes / 4) {
            chosen.warnings.push_back("--" + name +
                                      " is more than a quarter of --max-memory: messages of that length can fail while memory is short");
        }
    };
    fit("max-body-size", bounds.body_bytes);
    fit("max-line-size", bounds.line_bytes);
}

}  // namespace bridge::app
