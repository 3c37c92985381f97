#include "bridge/app/application.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>

#include "bridge/app/shutdown.hpp"
#include "bridge/child/children.hpp"
#include "bridge/child/orphan_reaper.hpp"
#include "bridge/child/watchdog_keeper.hpp"
#include "bridge/http/server.hpp"

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

// What a child could print that must not be repeated: the keys, and the values that it was given by name.
core::redactor secrets_of(const options& chosen) {
    core::redactor out;
    for (const http::key& each : chosen.keys) out.add(each.secret);
    for (const std::string& variable : chosen.environment) {
        if (const std::size_t equals = variable.find('='); equals != std::string::npos) {
            out.add(variable.substr(equals + 1));
        } else if (const char* value = std::getenv(variable.c_str())) {
            out.add(value);
        }
    }
    return out;
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
          children_(loop_.get_executor(), command_, options_.bounds, secrets_),
          sessions_(loop_.get_executor(), children_, options_.bounds, options_.isolation, options_.warm),
          ready_(loop_.get_executor(), sessions_),
          context_{.where = loop_.get_executor(),
                   .bounds = options_.bounds,
                   .mcp_path = options_.path,
                   .sse_path = options_.sse_path,
                   .message_path = options_.message_path,
                   .keys = http::authenticator(options_.keys),
                   .origins = http::origin_policy(options_.allowed_origins, options_.allowed_hosts,
                                                  options_.listens_on_loopback),
                   .sessions = sessions_,
                   .ready = ready_},
          server_(loop_.get_executor(), context_),
          shutdown_(loop_.get_executor(), options_.bounds, ready_, server_, children_) {}

    int run() {
        if (const std::string wrong = server_.listen(options_.host, options_.port); !wrong.empty()) {
            spdlog::error("{}", wrong);
            return 1;
        }
        const bool v6 = options_.host.find(':') != std::string::npos;
        spdlog::info("mcp-bridge {} serves '{}', listening on http://{}:{}{}", MCP_BRIDGE_VERSION, options_.name,
                     v6 ? '[' + options_.host + ']' : options_.host, server_.port(), options_.path);
        boost::asio::co_spawn(loop_, server_.accept(), boost::asio::detached);
        boost::asio::co_spawn(loop_, server_.sweep(), boost::asio::detached);
        boost::asio::co_spawn(loop_, keeper_.run(), boost::asio::detached);
        // In a container without an init.
        if (getpid() == 1) boost::asio::co_spawn(loop_, reaper_.run(), boost::asio::detached);
        boost::asio::co_spawn(loop_, shutdown_.wait(), [this](const std::exception_ptr&) {
            keeper_.stop();
            reaper_.stop();
        });
        ready_.try_now();
        loop_.run();
        return shutdown_.exit_code();
    }

private:
    options options_;
    // One thread runs it and no other touches it, so its locks are left out.
    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    child::watchdog_keeper keeper_;
    child::orphan_reaper reaper_;
    child::command command_;
    core::redactor secrets_;
    child::children children_;
    session::sessions sessions_;
    session::readiness ready_;
    http::context context_;
    http::server server_;
    shutdown shutdown_;
};

}  // namespace

int run(options chosen, child::watchdog& guard) {
    return application(std::move(chosen), guard).run();
}

}  // namespace bridge::app
