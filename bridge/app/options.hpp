// The configuration: the command line, environment variables, and a file.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/app/keys.hpp"
#include "bridge/app/socket_activation.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/log.hpp"
#include "bridge/http/authentication.hpp"
#include "bridge/http/origin.hpp"
#include "bridge/mcp/era.hpp"
#include "bridge/process/confinement.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::app {

/// The server process of a client of the modern era, with `isolation::session`.
enum class modern_process {
    key,      ///< one for each principal and profile
    request,  ///< one for each request
};

/// All settings, checked.
struct options {
    std::vector<std::string> command;         ///< the server and its arguments
    std::vector<std::string> environment;     ///< variables for the server, each "NAME=VALUE", besides the harmless ones
    std::vector<std::string> withheld;        ///< names of variables that the server must not get unless `environment` has them
    std::string directory;                    ///< working directory of the server; empty for the current one
    std::string name;                         ///< name of the server in logs
    process::confinement limits;              ///< for every process of the server
    std::vector<std::string> secrets;         ///< secrets among the arguments
    std::vector<std::string> used_variables;  ///< variables of this process's environment that were read and may hold secrets
    bool allows_debugging = false;            ///< other processes of this user may read the bridge's memory
    std::vector<std::string> warnings;        ///< warnings about the given options, for the log

    std::string host = "127.0.0.1";
    std::uint16_t port = 7071;
    std::string path = "/mcp";
    std::string sse_path = "/sse";           ///< path of HTTP+SSE; empty if it is off
    std::string message_path = "/messages";  ///< path that clients of HTTP+SSE post to: "messages" beside `sse_path`
    std::string path_prefix;                 ///< prefix of the public paths that a proxy removes; empty for none
    bool trusts_forwarded_prefix = false;    ///< the proxy names that prefix in X-Forwarded-Prefix
    std::string metrics_host = "127.0.0.1";
    std::optional<std::uint16_t> metrics_port;  ///< port of a separate listener for /metrics; none without one
    bool has_public_metrics = false;            ///< the port of the MCP endpoint serves /metrics too
    session::isolation isolation = session::isolation::session;
    bool serves_legacy = true;                          ///< clients of the legacy era are served
    bool serves_modern = true;                          ///< clients of the modern era are served
    std::optional<mcp::era> child_era;                  ///< nothing: learn it from the server
    std::optional<modern_process> process_of_modern{};  ///< nothing: by key, but for clients without a key that are not local
    bool may_sleep = true;                              ///< an idle session may lose its process to another client
    std::size_t warm = 0;                               ///< number of server processes that are started ahead of need

    bool streams_replies = true;  ///< a POST may be answered by a stream
    bool breaks_streams = true;   ///< a GET stream may end without its last chunk
    std::vector<http::key> keys;
    key_source keys_from;   ///< the source of `keys`, to read them again
    std::string state_key;  ///< the secret of `era::state_seal`; empty for a random key
    std::vector<std::string> allowed_origins;
    std::vector<std::string> allowed_hosts;
    bool listens_on_loopback = true;
    std::string state_directory;  ///< folder of what the bridge remembers of its server; empty for none
    std::string handover;         ///< path of the socket by which the next process replaces this one; empty for none
    activated_sockets sockets{};  ///< sockets of the service manager, which replace `host` and `port`; usually none

    core::log_settings log;
    bool watches_loop = false;  ///< slow turns of the loop are logged
    core::limits bounds;
    std::optional<pid_t> functions_host{};  ///< process id of the Azure Functions host, if it started this process
    http::front before = http::front::none;
    http::platform_checks platform{};  ///< what App Service authentication or the Functions host has checked
};

/// The options, or the exit code of the program: 0 after --help or --version, 2 after a mistake.
struct parsed {
    std::optional<options> value;
    int exit_code = 0;
};

/// Parses the command line, the environment and the configuration file. The first source that has a value wins. If the program is to end,
/// the function has already written the text for the user.
parsed parse_options(int argc, const char* const* argv);

}  // namespace bridge::app
