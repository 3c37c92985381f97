#include "tests/support/bridge_process.hpp"

#include <charconv>
#include <csignal>
#include <stdexcept>

namespace test_support {
namespace {

child_options command_line(const bridge_options& options) {
    child_options child;
    child.command = {bridge_binary(), "--port", "0"};
    child.command.insert(child.command.end(), options.arguments.begin(), options.arguments.end());
    child.command.emplace_back("--");
    child.command.insert(child.command.end(), options.server.begin(), options.server.end());
    // The test looks at its descriptors.
    if (!sees_protected_processes()) child.environment.emplace_back("MCP_BRIDGE_ALLOW_DEBUGGING=true");
    child.environment.insert(child.environment.end(), options.environment.begin(), options.environment.end());
    child.folder = options.folder;
    return child;
}

/// The port in `listening on http://HOST:PORT/...`; 0 while the log does not say.
std::uint16_t port_in(std::string_view log) {
    constexpr std::string_view sign = "listening on http://";
    auto at = log.find(sign);
    if (at == log.npos) return 0;
    log.remove_prefix(at + sign.size());
    log = log.substr(0, log.find_first_of("/ \n"));
    at = log.rfind(':');
    std::uint16_t port = 0;
    if (at != log.npos) std::from_chars(log.data() + at + 1, log.data() + log.size(), port);
    return port;
}

}  // namespace

bridge_process::bridge_process(const bridge_options& options) : process_(command_line(options)) {
    const bool listens = eventually([this] {
        port_ = port_in(log());
        return port_ != 0 || process_.wait(milliseconds(0)).has_value();
    });
    if (!listens || port_ == 0) throw std::runtime_error("the bridge does not listen; its log:\n" + log());
}

bool bridge_process::logs(std::string_view text, milliseconds limit) const {
    return eventually([this, text] { return log().find(text) != std::string::npos; }, limit);
}

std::optional<exit_status> bridge_process::stop(milliseconds limit) {
    process_.signal(SIGTERM);
    return process_.wait(limit);
}

finished_bridge run_bridge(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    child_options options;
    options.command = {bridge_binary()};
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    options.environment = environment;
    options.folder = "/";  // where the test runs there can be a bridge.json
    child_process process(options);
    process.close_stdin();
    const auto status = process.wait();
    if (!status) throw std::runtime_error("the bridge did not stop by itself; its log:\n" + process.stderr_text());
    finished_bridge finished{*status, {}, process.stderr_text()};
    while (const auto line = process.read_line()) finished.output += *line + "\n";
    return finished;
}

}  // namespace test_support
