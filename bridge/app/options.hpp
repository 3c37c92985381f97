// The configuration: the command line, environment variables, and a file.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/app/keys.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/log.hpp"
#include "bridge/http/authentication.hpp"
#include "bridge/http/origin.hpp"
#include "bridge/process/confinement.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::app {

/// Everything that can be set, checked.
struct options {
    std::vector<std::string> command;  ///< the server and its arguments
    std::vector<std::string> environment;  ///< "NAME=VALUE" for the server, beside the harmless ones
    std::string directory;                 ///< where the server runs; empty for here
    std::string name;                      ///< of the server in logs
    process::confinement limits;             ///< of every process of the server
    std::vector<std::string> secrets;      ///< among the arguments
    std::vector<std::string> used_variables;  ///< of this process's environment, whose values were read and may be secret
    bool allows_debugging = false;            ///< other processes of this user may look into the bridge
    std::vector<std::string> warnings;     ///< about what was given, for the log

    std::string host = "127.0.0.1";
    std::uint16_t port = 7071;
    std::string path = "/mcp";
    std::string sse_path = "/sse";  ///< of HTTP+SSE; empty if it is off
    std::string message_path = "/messages";  ///< where clients of HTTP+SSE post: "messages" beside `sse_path`
    std::string metrics_host = "127.0.0.1";
    std::optional<std::uint16_t> metrics_port;  ///< of a listener of its own for /metrics; none without
    bool has_public_metrics = false;            ///< /metrics stands beside the MCP endpoint too
    session::isolation isolation = session::isolation::session;
    bool may_sleep = true;  ///< a session that is idle may lose its process to another client
    std::size_t warm = 0;  ///< server processes that are kept ready ahead of need

    bool streams_replies = true;  ///< a POST may be answered by a stream
    std::vector<http::key> keys;
    key_source keys_from;  ///< where they were read, to read them again
    std::vector<std::string> allowed_origins;
    std::vector<std::string> allowed_hosts;
    bool listens_on_loopback = true;

    core::log_settings log;
    bool watches_loop = false;  ///< turns of the loop that take long are logged
    core::limits bounds;
    std::optional<pid_t> functions_host{};  ///< the Azure Functions host, if that has started this process
    http::front before = http::front::none;
    bool has_sign_in = false;  ///< App Service authentication says who a request comes from
};

/// Reads the command line, the environment and the configuration file, of which the first counts that has a value. Gives the options, or the exit code with which to end: 0 after --help or
/// --version, 2 after a mistake; the text for the user is written already.
struct parsed {
    std::optional<options> value;
    int exit_code = 0;
};

parsed parse_options(int argc, const char* const* argv);

}  // namespace bridge::app
