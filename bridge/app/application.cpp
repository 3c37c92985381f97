#include "bridge/app/application.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/ip/address.hpp>
#include <csignal>
#include <sstream>

#include "bridge/app/housekeeping.hpp"
#include "bridge/app/process_setup.hpp"
#include "bridge/app/shutdown.hpp"
#include "bridge/child/children.hpp"
#include "bridge/core/loop_watch.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/endpoints/routes.hpp"
#include "bridge/http/server.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/process/orphan_reaper.hpp"
#include "bridge/process/watchdog_keeper.hpp"

namespace bridge::app {
namespace {

// HOME and similar variables are those of the user that runs the server, unless they are given by name.
std::vector<std::string> environment_of(const options& chosen) {
    if (!chosen.limits.user) return process::child_environment(chosen.environment);
    std::vector<std::string> named = chosen.limits.user->variables();
    named.insert(named.end(), chosen.environment.begin(), chosen.environment.end());
    return process::child_environment(named);
}

process::command command_of(const options& chosen, process::watchdog& guard) {
    return {.executable = chosen.command.front(),
            .arguments = {chosen.command.begin() + 1, chosen.command.end()},
            .environment = environment_of(chosen),
            .directory = chosen.directory,
            .limits = chosen.limits,
            .name = chosen.name,
            .guard = &guard};
}

// A child prints a secret of several lines on several lines, so each line is hidden. Shorter lines than this occur in any text.
constexpr std::size_t shortest_line = 8;

// Hides `secret` in its raw form, in its JSON form, and line by line.
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

// Returns the secrets that a child could print and the bridge must not repeat: the keys, and the values of variables that it got by name.
core::redactor secrets_of(const options& chosen) {
    core::redactor out;
    for (const http::key& each : chosen.keys) hide(out, each.secret);
    for (const std::string& each : chosen.secrets) hide(out, each);
    for (const std::string& variable : chosen.environment) {
        hide(out, variable.substr(variable.find('=') + 1));
    }
    return out;
}

// The address in the form of a URL or of Host.
std::string authority_of(const std::string& host) {
    return host.find(':') != std::string::npos ? '[' + host + ']' : host;
}

std::string url_of(const std::string& host, std::uint16_t port) {
    return "http://" + authority_of(host) + ':' + std::to_string(port);
}

// The host names that requests may use. The address itself stays allowed, because it cannot be the name of another site.
std::vector<std::string> hosts_of(const options& chosen) {
    std::vector<std::string> out = chosen.allowed_hosts;
    if (!out.empty()) out.push_back(authority_of(chosen.host));
    return out;
}

// Three pipes, the pidfd and one more descriptor.
constexpr std::size_t descriptors_of_child = 5;

http::descriptor_demand descriptors_of(const child::children& all) {
    return {.in_use = descriptors_of_child * all.count(), .is_short = all.is_short()};
}

// The parts of the program, in the order of their construction. Each uses only the parts above it.
class application {
public:
    application(options chosen, process::watchdog& guard)
        : options_(std::move(chosen)), keeper_(loop_.get_executor(), guard), reaper_(loop_.get_executor(), guard),
          command_(command_of(options_, guard)), secrets_(secrets_of(options_)), memory_(options_.bounds.memory_bytes),
          children_(loop_.get_executor(), command_, options_.bounds, secrets_, memory_),
          sessions_(loop_.get_executor(), children_, options_.bounds, memory_, options_.isolation, options_.warm),
          ready_(loop_.get_executor(), sessions_), housekeeping_(loop_.get_executor(), sessions_, children_, memory_, options_.functions_host),
          bodies_(loop_.get_executor(), memory_), for_clients_(context_for(http::listener_role::clients)),
          for_operators_(context_for(http::listener_role::operators)), client_endpoints_(endpoints_of(for_clients_)),
          operator_endpoints_(endpoints_of(for_operators_)), server_(loop_.get_executor(), for_clients_, client_router_),
          metrics_(loop_.get_executor(), for_operators_, operator_router_),
          shutdown_(loop_.get_executor(), options_.bounds, ready_, sessions_, server_, options_.metrics_port ? &metrics_ : nullptr, children_) {}

    int run() {
        for (const std::string& each : options_.warnings) spdlog::warn("{}", core::printable(each));
        // The first log line that others see says that the bridge listens. From then on a hangup must not end the program.
        boost::system::error_code ignored;
        if (answers_hangups_) hangups_.add(SIGHUP, ignored);
        if (!listen()) return 1;
        spawn("http.accept", [this] { return server_.accept(); });
        spawn("http.sweep", [this] { return server_.sweep(); });
        if (options_.metrics_port) spawn("http.accept", [this] { return metrics_.accept(); });
        if (options_.metrics_port) spawn("http.sweep", [this] { return metrics_.sweep(); });
        spawn("housekeeping.run", [this] { return housekeeping_.run(); });
        spawn("watchdog_keeper.run", [this] { return keeper_.run(); });
        // The bridge is the first process of a container without an init.
        if (getpid() == 1) spawn("orphan_reaper.run", [this] { return reaper_.run(); });
        spawn("shutdown.wait", [this] { return stop_when_told(); });
        if (answers_hangups_) spawn("hangups.answer", [this] { return answer_hangups(); });
        children_.set_suspicion([this] { ready_.try_now(); });
        if (options_.may_sleep) children_.set_sleepers(&sessions_);
        ready_.try_now();
        // The watchdog also kills the children, and finds processes that left their groups. But the watchdog may be what has failed.
        core::set_last_act([this] { children_.kill_all(); });
        turn();
        core::set_last_act(nullptr);
        return shutdown_.exit_code();
    }

private:
    http::context context_for(http::listener_role role) {
        const bool is_for_clients = role == http::listener_role::clients;
        const bool is_loopback = is_for_clients ? options_.listens_on_loopback : boost::asio::ip::make_address(options_.metrics_host).is_loopback();
        return {.executor = loop_.get_executor(),
                .bounds = options_.bounds,
                .keys = http::authenticator(options_.keys, options_.has_sign_in),
                .origins = http::origin_policy(options_.allowed_origins, hosts_of(options_), is_loopback,
                                               is_for_clients ? options_.before : http::front::none),
                .memory = memory_,
                .bodies = bodies_,
                .other_descriptors = [this] { return descriptors_of(children_); },
                .role = role};
    }

    endpoints::context endpoints_of(http::context& listener) {
        return {.listener = listener,
                .mcp_path = options_.path,
                .sse_path = options_.sse_path,
                .message_path = options_.message_path,
                .sessions = sessions_,
                .ready = ready_,
                .children = children_,
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
        spdlog::info("mcp-bridge {} serves '{}', listening on {}{}", MCP_BRIDGE_VERSION, options_.name, url_of(options_.host, server_.port()),
                     options_.path);
        if (options_.metrics_port) spdlog::info("metrics are at {}/metrics", url_of(options_.metrics_host, metrics_.port()));
        return true;
    }

    // An exception that leaves the loop itself has ended an unknown part of the work.
    void turn() {
        try {
            if (options_.watches_loop) {
                core::run_watched(loop_);
            } else {
                loop_.run();
            }
        } catch (...) {
            core::end_program("the loop", std::current_exception());
        }
    }

    // Everything spawned here is vital for the whole program: deadlines, new connections, an orderly end.
    template <class Make>
    void spawn(const char* name, Make make) {
        core::spawn_vital(loop_.get_executor(), name, std::move(make));
    }

    core::task<void> stop_when_told() {
        co_await shutdown_.wait();
        housekeeping_.stop();
        keeper_.stop();
        reaper_.stop();
        boost::system::error_code ignored;
        hangups_.cancel(ignored);
    }

    // SIGHUP: the end of a terminal, or the usual way to make a service read its configuration again. If memory runs out, the keys stay as
    // they were, and the program goes on.
    void try_to_read_keys_again() {
        try {
            core::pass("hangups.answer");
            read_keys_again();
        } catch (...) {
            core::note_failure({"hangups.answer", "the keys stay as they were"}, std::current_exception());
        }
    }

    core::task<void> answer_hangups() {
        for (;;) {
            const auto [error, number] = co_await hangups_.async_wait(core::nothrow);
            if (error) co_return;
            if (reads_keys_again_) {
                try_to_read_keys_again();
            } else if (!shutdown_.has_begun()) {
                std::raise(SIGTERM);
            }
        }
    }

    // A removed key admits nothing from now on, and the requests that it admitted end. If the file has a mistake, all keys stay as they
    // were.
    void read_keys_again() {
        std::string wrong;
        const std::vector<http::key> keys = read_keys(options_.keys_from, wrong);
        if (!wrong.empty()) {
            spdlog::error("the keys stay as they were: {}", core::printable(wrong));
            return;
        }
        for (const http::key& each : keys) hide(secrets_, each.secret);
        for_clients_.keys.replace(keys);
        const std::size_t ended = server_.end_revoked();
        spdlog::info("read the keys again ({} in all); {} requests and streams of removed keys were ended", keys.size(), ended);
        if (const std::string weakness = weakness_of(keys); !weakness.empty()) spdlog::warn("{}", core::printable(weakness));
    }

    options options_;
    // Only one thread runs the loop and touches it, so it needs no locks.
    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    process::watchdog_keeper keeper_;
    process::orphan_reaper reaper_;
    process::command command_;
    core::redactor secrets_;
    core::memory_budget memory_;
    child::children children_;
    session::sessions sessions_;
    session::readiness ready_;
    housekeeping housekeeping_;
    http::body_queue bodies_;
    http::context for_clients_;
    http::context for_operators_;
    endpoints::context client_endpoints_;
    endpoints::context operator_endpoints_;
    endpoints::router client_router_{client_endpoints_};
    endpoints::router operator_router_{operator_endpoints_};
    http::server server_;
    http::server metrics_;  // listens only if --metrics-listen is set
    shutdown shutdown_;
    boost::asio::basic_signal_set<core::executor> hangups_{loop_.get_executor()};
    bool answers_hangups_ = !ignores_hangups() || !options_.keys_from.file.empty();
    // Read at the start, because a terminal that has hung up can no longer be found.
    bool reads_keys_again_ = !options_.keys_from.file.empty() && !has_terminal();
};

}  // namespace

int run(options chosen, process::watchdog& guard) {
    return application(std::move(chosen), guard).run();
}

}  // namespace bridge::app
