#include "bridge/app/application.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>
#include <sstream>

#include "bridge/app/housekeeping.hpp"
#include "bridge/app/shutdown.hpp"
#include "bridge/child/children.hpp"
#include "bridge/child/orphan_reaper.hpp"
#include "bridge/child/watchdog_keeper.hpp"
#include "bridge/http/server.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::app {
namespace {

child::command command_of(const options& chosen, child::watchdog& guard) {
    return {.executable = chosen.command.front(),
            .arguments = {chosen.command.begin() + 1, chosen.command.end()},
            .environment = child::child_environment(chosen.environment),
            .directory = chosen.directory,
            .name = chosen.name,
            .guard = &guard};
}

// A child that prints a secret of several lines does so on several lines; lines shorter than this stand in any text.
constexpr std::size_t shortest_line = 8;

// Hides `secret` as it is, as it stands in JSON, and each line of it.
void hide(core::redactor& in, const std::string& secret) {
    in.add(secret);
    std::string quoted;
    jsonrpc::append_string(quoted, secret);
    quoted = quoted.substr(1, quoted.size() - 2);
    if (quoted != secret) in.add(std::move(quoted));
    if (secret.find('\n') == std::string::npos) return;
    std::istringstream lines(secret);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.size() >= shortest_line) in.add(line);
    }
}

// What a child could print that must not be repeated: the keys, and the values that it was given by name.
core::redactor secrets_of(const options& chosen) {
    core::redactor out;
    for (const http::key& each : chosen.keys) hide(out, each.secret);
    for (const std::string& each : chosen.secrets) hide(out, each);
    for (const std::string& variable : chosen.environment) {
        if (const std::size_t equals = variable.find('='); equals != std::string::npos) {
            hide(out, variable.substr(equals + 1));
        } else if (const char* value = std::getenv(variable.c_str())) {
            hide(out, value);
        }
    }
    return out;
}

std::string url_of(const std::string& host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string::npos;
    return "http://" + (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

// The parts, in the order in which they are made; each uses only those above it.
class application {
public:
    application(options chosen, child::watchdog& guard)
        : options_(std::move(chosen)),
          keeper_(loop_.get_executor(), guard),
          reaper_(loop_.get_executor(), guard),
          command_(command_of(options_, guard)),
          secrets_(secrets_of(options_)),
          memory_(options_.bounds.memory_bytes),
          children_(loop_.get_executor(), command_, options_.bounds, secrets_, memory_),
          sessions_(loop_.get_executor(), children_, options_.bounds, memory_, options_.isolation, options_.warm),
          ready_(loop_.get_executor(), sessions_),
          housekeeping_(loop_.get_executor(), sessions_, children_, memory_, options_.functions_host),
          bodies_(loop_.get_executor(), memory_),
          for_clients_(context_for(http::door::clients)),
          for_operators_(context_for(http::door::operators)),
          server_(loop_.get_executor(), for_clients_),
          metrics_(loop_.get_executor(), for_operators_),
          shutdown_(loop_.get_executor(), options_.bounds, ready_, sessions_, server_,
                    options_.metrics_port ? &metrics_ : nullptr, children_) {}

    int run() {
        for (const std::string& each : options_.warnings) spdlog::warn("{}", core::printable(each));
        if (!listen()) return 1;
        spawn(server_.accept());
        spawn(server_.sweep());
        if (options_.metrics_port) spawn(metrics_.accept());
        if (options_.metrics_port) spawn(metrics_.sweep());
        spawn(housekeeping_.run());
        spawn(keeper_.run());
        // In a container without an init.
        if (getpid() == 1) spawn(reaper_.run());
        spawn(stop_when_told());
        children_.set_suspicion([this] { ready_.try_now(); });
        ready_.try_now();
        loop_.run();
        return shutdown_.exit_code();
    }

private:
    http::context context_for(http::door to) {
        const bool is_loopback = to == http::door::clients
                                     ? options_.listens_on_loopback
                                     : boost::asio::ip::make_address(options_.metrics_host).is_loopback();
        return {.where = loop_.get_executor(),
                .bounds = options_.bounds,
                .mcp_path = options_.path,
                .sse_path = options_.sse_path,
                .message_path = options_.message_path,
                .keys = http::authenticator(options_.keys, options_.has_sign_in),
                .origins = http::origin_policy(options_.allowed_origins, options_.allowed_hosts, is_loopback,
                                               to == http::door::clients ? options_.before : http::front::none),
                .sessions = sessions_,
                .ready = ready_,
                .children = children_,
                .memory = memory_,
                .bodies = bodies_,
                .to = to,
                .shows_metrics = options_.has_public_metrics,
                .streams_replies = options_.streams_replies,
                .ends_every_stream = options_.functions_host.has_value()};
    }

    bool listen() {
        std::string wrong = server_.listen(options_.host, options_.port);
        if (wrong.empty() && options_.metrics_port) wrong = metrics_.listen(options_.metrics_host, *options_.metrics_port);
        if (!wrong.empty()) {
            spdlog::error("{}", wrong);
            return false;
        }
        spdlog::info("mcp-bridge {} serves '{}', listening on {}{}", MCP_BRIDGE_VERSION, options_.name,
                     url_of(options_.host, server_.port()), options_.path);
        if (options_.metrics_port) spdlog::info("metrics are at {}/metrics", url_of(options_.metrics_host, metrics_.port()));
        return true;
    }

    void spawn(core::task<void> work) { boost::asio::co_spawn(loop_, std::move(work), boost::asio::detached); }

    core::task<void> stop_when_told() {
        co_await shutdown_.wait();
        housekeeping_.stop();
        keeper_.stop();
        reaper_.stop();
    }

    options options_;
    // One thread runs it and no other touches it, so its locks are left out.
    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    child::watchdog_keeper keeper_;
    child::orphan_reaper reaper_;
    child::command command_;
    core::redactor secrets_;
    core::memory_budget memory_;
    child::children children_;
    session::sessions sessions_;
    session::readiness ready_;
    housekeeping housekeeping_;
    http::body_queue bodies_;
    http::context for_clients_;
    http::context for_operators_;
    http::server server_;
    http::server metrics_;  // listens only if that was asked for
    shutdown shutdown_;
};

}  // namespace

int run(options chosen, child::watchdog& guard) {
    return application(std::move(chosen), guard).run();
}

}  // namespace bridge::app
