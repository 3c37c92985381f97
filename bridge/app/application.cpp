#include "bridge/app/application.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_signal_set.hpp>
#include <csignal>

#include "bridge/app/housekeeping.hpp"
#include "bridge/app/opening.hpp"
#include "bridge/app/process_setup.hpp"
#include "bridge/app/remembered_server.hpp"
#include "bridge/app/retirement.hpp"
#include "bridge/app/secrets.hpp"
#include "bridge/app/served_command.hpp"
#include "bridge/app/service_manager.hpp"
#include "bridge/app/shutdown.hpp"
#include "bridge/child/children.hpp"
#include "bridge/child/sleep_order.hpp"
#include "bridge/core/freed_blocks.hpp"
#include "bridge/core/loop_watch.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/endpoints/routes.hpp"
#include "bridge/era/modern_children.hpp"
#include "bridge/era/state_seal.hpp"
#include "bridge/http/descriptor_share.hpp"
#include "bridge/http/handover.hpp"
#include "bridge/http/input_buffer.hpp"
#include "bridge/http/listen_addresses.hpp"
#include "bridge/http/server.hpp"
#include "bridge/process/orphan_reaper.hpp"
#include "bridge/process/start_fault.hpp"
#include "bridge/process/watchdog_keeper.hpp"
#include "bridge/session/fresh_client_children.hpp"

namespace bridge::app {
namespace {

era::state_seal seal_of(const options& chosen) {
    const bool has_key = !chosen.state_key.empty();
    return {has_key ? core::sealing_key::from(chosen.state_key) : core::sealing_key::random(), chosen.command};
}

// Returns the addresses of a listener as a note, if its name stands for several.
std::string note_on(const std::vector<boost::asio::ip::address>& addresses) {
    if (addresses.size() < 2) return {};
    std::string out;
    for (const auto& each : addresses) out += (out.empty() ? " (" : " and ") + each.to_string();
    return out + ')';
}

// The host names that requests may use. The address itself stays allowed, because it cannot be the name of another site.
std::vector<std::string> hosts_of(const options& chosen) {
    std::vector<std::string> out = chosen.allowed_hosts;
    if (!out.empty()) out.push_back(authority_of(chosen.host));
    return out;
}

http::descriptor_demand descriptors_of(const child::children& all) {
    return {.in_use = http::descriptors_of_process * all.count(), .is_short = all.is_short()};
}

// Lowers --max-children to what the limit of open files leaves room for.
void fit_into_descriptors(options& chosen) {
    const std::size_t most = http::most_descriptors();
    const std::size_t fitting = http::processes_within(most, http::open_descriptors(), chosen.bounds.children);
    if (fitting >= chosen.bounds.children) return;
    chosen.warnings.push_back("--max-children is " + std::to_string(fitting) + " instead of " + std::to_string(chosen.bounds.children) +
                              ", because the process may open only " + std::to_string(most) + " files; `ulimit -n` raises that number");
    chosen.bounds.children = fitting;
}

// The parts of the program, in the order of their construction. Each uses only the parts above it.
class application {
public:
    application(options chosen, process::watchdog& guard)
        : options_(std::move(chosen)), keeper_(loop_.get_executor(), guard), reaper_(loop_.get_executor(), guard),
          command_(command_of(options_, guard)), secrets_(secrets_of(options_)), memory_(options_.bounds.memory_bytes),
          freed_(loop_.get_executor(), memory_), children_(loop_.get_executor(), command_, options_.bounds, secrets_, memory_),
          sessions_(loop_.get_executor(), children_, options_.bounds, memory_, options_.isolation, options_.warm),
          // With the other isolations, warm processes are those of all clients.
          fresh_source_(loop_.get_executor(), children_, options_.bounds, options_.isolation == session::isolation::request ? options_.warm : 0),
          modern_(loop_.get_executor(), sources_of_modern(), children_.answer(), options_.bounds, memory_, seal_),
          ready_(loop_.get_executor(), sessions_, children_), remembered_(options_.state_directory, options_.command, options_.directory, children_),
          housekeeping_(loop_.get_executor(), sessions_, modern_, children_, remembered_, memory_, options_.functions_host),
          bodies_(loop_.get_executor(), memory_), for_clients_(context_for(http::listener_role::clients)),
          for_operators_(context_for(http::listener_role::operators)), client_endpoints_(endpoints_of(for_clients_)),
          operator_endpoints_(endpoints_of(for_operators_)), server_(loop_.get_executor(), for_clients_, client_router_),
          metrics_(loop_.get_executor(), for_operators_, operator_router_),
          shutdown_(loop_.get_executor(), options_.bounds, manager_, ready_, sessions_, modern_, server_, options_.metrics_port ? &metrics_ : nullptr,
                    children_) {
        if (!options_.handover.empty()) set_up_handover();
    }

    int run() {
        for (const std::string& each : options_.warnings) spdlog::warn("{}", core::printable(each));
        // The first log line that others see says that the bridge listens. From then on a hangup must not end the program.
        boost::system::error_code ignored;
        if (answers_hangups_) hangups_.add(SIGHUP, ignored);
        if (!has_command() || !listen()) return 1;
        accept_on(server_);
        spawn("http.sweep", [this] { return server_.sweep(); });
        spawn("http.departures", [this] { return server_.watch_departures(); });
        if (options_.metrics_port) accept_on(metrics_);
        if (handover_) serve_next_process();
        manager_.report_ready();
        if (options_.metrics_port) spawn("http.sweep", [this] { return metrics_.sweep(); });
        if (options_.metrics_port) spawn("http.departures", [this] { return metrics_.watch_departures(); });
        spawn("freed_blocks.run", [this] { return freed_.run(); });
        spawn("housekeeping.run", [this] { return housekeeping_.run(); });
        spawn("watchdog_keeper.run", [this] { return keeper_.run(); });
        // The bridge is the first process of a container without an init.
        if (getpid() == 1) spawn("orphan_reaper.run", [this] { return reaper_.run(); });
        spawn("shutdown.wait", [this] { return stop_after_shutdown(); });
        if (answers_hangups_) spawn("hangups.answer", [this] { return answer_hangups(); });
        children_.health().on_suspected_failure([this] { ready_.try_now(); });
        sessions_.set_other_clients(modern_);
        children_.era().set_translator(translator_);
        remembered_.recall();
        if (options_.child_era) children_.era().fix(*options_.child_era);
        if (options_.may_sleep) children_.places().set_sleepers(&sleep_order_);
        ready_.start();
        // The watchdog also kills the children, and finds processes that left their groups. But the watchdog may be what has failed.
        core::set_last_act([this] { children_.kill_all(); });
        turn();
        core::set_last_act(nullptr);
        remembered_.save(core::clock::now(), true);
        return shutdown_.exit_code();
    }

private:
    http::context context_for(http::listener_role role) {
        const bool is_for_clients = role == http::listener_role::clients;
        const bool is_loopback = is_for_clients ? options_.listens_on_loopback : http::is_loopback_host(options_.metrics_host);
        return {.executor = loop_.get_executor(),
                .bounds = options_.bounds,
                .keys = http::authenticator(options_.keys, options_.platform),
                .origins = http::origin_policy(options_.allowed_origins, hosts_of(options_), is_loopback,
                                               is_for_clients ? options_.before : http::front::none),
                .memory = memory_,
                .bodies = bodies_,
                .other_descriptors = [this] { return descriptors_of(children_); },
                .role = role,
                .refusals = http::refusal_log(&secrets_)};
    }

    // Clients of the modern era have no session, so nothing tells two of them apart that show no key. On the loopback interface they are programs of
    // one user. Elsewhere they can be anybody, so each of their requests gets a child of its own, unless the operator says otherwise.
    era::child_sources sources_of_modern() {
        era::child_sources out{.usual = &sessions_.source(), .of_strangers = &sessions_.source(), .of_capable = nullptr};
        const bool is_one_user = options_.listens_on_loopback && !options_.functions_host && options_.before == http::front::none;
        const modern_process of_strangers = options_.process_of_modern.value_or(is_one_user ? modern_process::key : modern_process::request);
        // Children that wait ready for a request were opened without the capabilities of its client.
        if (options_.isolation == session::isolation::request) out.of_capable = &fresh_source_;
        if (options_.isolation != session::isolation::session) return out;
        if (of_strangers == modern_process::request) out.of_strangers = &fresh_source_;
        if (options_.process_of_modern == modern_process::request) out.usual = &fresh_source_;
        return out;
    }

    void accept_on(http::server& listening) {
        for (std::size_t i = 0; i < listening.addresses().size(); ++i) {
            spawn("http.accept", [&listening, i] { return listening.accept(i); });
        }
    }

    endpoints::endpoint_context endpoints_of(http::context& listener) {
        return {.listener = listener,
                .mcp_path = options_.path,
                .sse_path = options_.sse_path,
                .message_path = options_.message_path,
                .sessions = sessions_,
                .ready = ready_,
                .children = children_,
                .modern = options_.serves_modern ? &modern_ : nullptr,
                .serves_legacy = options_.serves_legacy,
                .shows_metrics = options_.has_public_metrics,
                .streams_replies = options_.streams_replies,
                .ends_every_stream = options_.functions_host.has_value(),
                .breaks_streams = options_.breaks_streams,
                .path_prefix = options_.path_prefix,
                .trusts_forwarded_prefix = options_.trusts_forwarded_prefix};
    }

    // A command that is not there is found at once, not by the first client. Behind the Functions host the bridge serves nevertheless, because the
    // host shows nobody why a handler has ended, but passes the bridge's answers on.
    bool has_command() const {
        if (options_.functions_host) return true;
        const auto fault = process::start_fault(command_);
        if (fault) spdlog::error("{}", core::printable(fault->text(command_.executable)));
        return !fault;
    }

    void set_up_handover() {
        // A connection brings at most what its buffer holds.
        const std::size_t most_received = http::input_buffer::longest(options_.bounds.header_bytes);
        handover_.emplace(loop_.get_executor(), options_.handover, most_received, server_, options_.metrics_port ? &metrics_ : nullptr,
                          client_router_);
        retirement_.emplace(loop_.get_executor(), options_.bounds, *handover_, sessions_, modern_, server_);
        shutdown_.set_handover(*handover_, *retirement_);
        for_clients_.others = &*handover_;
        handover_->on_succession([this](pid_t successor) {
            spdlog::info("process {} replaces this one, which keeps {} sessions until they end", successor, sessions_.count());
            manager_.report_successor(successor);
            // The clients of the old sessions may show keys that the file has got since.
            if (!options_.keys_from.file.empty()) try_to_read_keys_again();
            modern_.end_listeners();
            retirement_->begin();
        });
    }

    void serve_next_process() {
        const core::coroutine_name named{"handover.accept", "no other process can replace this one"};
        core::spawn(
            loop_.get_executor(), named, [this] { return handover_->accept(); }, [this] { handover_->close(); });
        spawn("retirement.run", [this] { return retirement_->run(); });
    }

    bool listen() {
        const std::string wrong = open_listeners(options_, server_, metrics_, handover_ ? &*handover_ : nullptr);
        if (!wrong.empty()) {
            spdlog::error("{}", core::printable(wrong));
            return false;
        }
        spdlog::info("mcp-bridge {} serves '{}', listening on {}{}{}", MCP_BRIDGE_VERSION, options_.name, url_of(options_.host, server_.port()),
                     options_.path, note_on(server_.addresses()));
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

    core::task<void> stop_after_shutdown() {
        co_await shutdown_.wait();
        housekeeping_.stop();
        freed_.stop();
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
            core::report_failure({"hangups.answer", "the keys stay as they were"}, std::current_exception());
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
    service_manager manager_;
    // Only one thread runs the loop and touches it, so it needs no locks.
    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    process::watchdog_keeper keeper_;
    process::orphan_reaper reaper_;
    process::command command_;
    core::redactor secrets_;
    core::memory_budget memory_;
    core::freed_blocks freed_;
    era::modern_children translator_{options_.bounds};
    era::state_seal seal_{seal_of(options_)};
    child::children children_;
    session::sessions sessions_;
    session::fresh_client_children fresh_source_;
    era::modern_clients modern_;
    child::sleep_order sleep_order_{options_.bounds, children_.name(), {&sessions_, &modern_}};
    session::readiness ready_;
    remembered_server remembered_;
    housekeeping housekeeping_;
    http::body_queue bodies_;
    http::context for_clients_;
    http::context for_operators_;
    endpoints::endpoint_context client_endpoints_;
    endpoints::endpoint_context operator_endpoints_;
    endpoints::router client_router_{client_endpoints_};
    endpoints::router operator_router_{operator_endpoints_};
    http::server server_;
    http::server metrics_;  // listens only if --metrics-listen is set
    shutdown shutdown_;
    std::optional<http::handover> handover_;  // only with --handover
    std::optional<retirement> retirement_;    // the same
    boost::asio::basic_signal_set<core::executor> hangups_{loop_.get_executor()};
    bool answers_hangups_ = !ignores_hangups() || !options_.keys_from.file.empty();
    // Read at the start, because a terminal that has hung up can no longer be found.
    bool reads_keys_again_ = !options_.keys_from.file.empty() && !has_terminal();
};

}  // namespace

int run(options chosen, process::watchdog& guard) {
    fit_into_descriptors(chosen);
    return application(std::move(chosen), guard).run();
}

}  // namespace bridge::app
