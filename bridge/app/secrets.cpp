#include "bridge/app/secrets.hpp"

#include <sstream>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::app {
namespace {

// A child prints a secret of several lines on several lines, so each line is hidden. Shorter lines than this occur in any text.
constexpr std::size_t shortest_line = 8;

}  // namespace

void hide(core::redactor& redactor, const std::string& secret) {
    redactor.add(secret);
    std::string quoted;
    jsonrpc::append_string(quoted, secret);
    quoted = quoted.substr(1, quoted.size() - 2);
    if (quoted != secret) redactor.add(std::move(quoted));
    if (secret.find('\n') == std::string::npos) return;
    std::istringstream lines(secret);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.size() >= shortest_line) redactor.add(line);
    }
}

core::redactor secrets_of(const options& chosen) {
    core::redactor out;
    for (const http::key& each : chosen.keys) hide(out, each.secret);
    if (!chosen.state_key.empty()) hide(out, chosen.state_key);
    for (const std::string& each : chosen.secrets) hide(out, each);
    for (const std::string& variable : chosen.environment) {
        hide(out, variable.substr(variable.find('=') + 1));
    }
    return out;
}

}  // namespace bridge::app
