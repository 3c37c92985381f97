#include "bridge/endpoints/metrics_page.hpp"

#include <algorithm>

#include "bridge/core/exposition.hpp"
#include "bridge/core/loop_watch.hpp"
#include "bridge/core/memory.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/mcp/request_kind.hpp"
#include "bridge/platform/process_usage.hpp"

namespace bridge::endpoints {
namespace {

constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

static_assert(static_cast<std::size_t>(mcp::request_kind::count_) <= core::metrics::request_kinds);

template <class Number>
double value_of(Number number) {
    return static_cast<double>(number);
}

void add_requests(core::exposition& page, const core::metrics& counted) {
    const auto each_kind = [&](auto use) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(mcp::request_kind::count_); ++i) {
            use(mcp::to_string(static_cast<mcp::request_kind>(i)), counted.by_kind[i]);
        }
    };
    page.begin("mcp_bridge_requests_total", "counter", "Requests of clients that have ended, by method and by how they ended.");
    each_kind([&](std::string_view method, const core::metrics::requests& requests) {
        for (std::size_t i = 0; i < requests.ended.size(); ++i) {
            page.sample(value_of(requests.ended[i]), {{"method", method}, {"outcome", core::name_of(static_cast<core::outcome>(i))}});
        }
    });
    page.begin("mcp_bridge_request_duration_seconds", "histogram", "From a request to its answer, whatever it was.");
    each_kind([&](std::string_view method, const core::metrics::requests& requests) {
        const bool was_asked = std::ranges::any_of(requests.ended, [](std::uint64_t count) { return count != 0; });
        if (was_asked) page.sample(requests.seconds, {"method", method});
    });
}

void add_http(core::exposition& page, const core::metrics& counted) {
    page.begin("mcp_bridge_http_responses_total", "counter", "HTTP responses, by status.");
    for (std::size_t i = 0; i < counted.responses.size(); ++i) {
        if (counted.responses[i] == 0) continue;
        page.sample(value_of(counted.responses[i]), {{"code", std::to_string(i + core::metrics::lowest_status)}});
    }
    page.counter("mcp_bridge_connections_accepted_total", "Connections, those of monitoring included.", value_of(counted.connections_accepted));
    page.counter("mcp_bridge_connections_evicted_total", "Connections that were closed to make room for others.",
                 value_of(counted.connections_evicted));
    page.counter("mcp_bridge_wrong_keys_total", "Requests that showed a wrong key.", value_of(counted.wrong_keys));
    page.counter("mcp_bridge_http_received_bytes_total", "Bytes received over HTTP.", value_of(counted.http_bytes_received));
    page.counter("mcp_bridge_http_sent_bytes_total", "Bytes sent over HTTP.", value_of(counted.http_bytes_sent));
}

void add_sessions(core::exposition& page, const endpoint_context& context, const core::metrics& counted) {
    const auto census = context.sessions.take_census();
    page.gauge("mcp_bridge_sessions", "Open sessions.", value_of(context.sessions.count()));
    page.counter("mcp_bridge_sessions_opened_total", "Sessions that were opened.", value_of(counted.sessions_opened));
    page.gauge("mcp_bridge_sessions_asleep", "Open sessions that have given up their server process until their next request.",
               value_of(census.asleep));
    const era::modern_clients* const modern = context.modern;
    const std::size_t requests = census.requests + (modern != nullptr ? modern->count_requests() : 0);
    page.gauge("mcp_bridge_requests_in_flight", "Requests of clients without an answer yet.", value_of(requests));
    page.gauge("mcp_bridge_streams", "Streams for messages of servers that clients hold open.", value_of(census.streams));
}

void add_modern_clients(core::exposition& page, const endpoint_context& context) {
    if (context.modern == nullptr) return;
    page.gauge("mcp_bridge_modern_clients", "Keys that send requests of revision 2026-07-28, once for each kind of their clients.",
               value_of(context.modern->count()));
    page.gauge("mcp_bridge_parked_calls", "Calls that wait for a client to answer questions of the server.",
               value_of(context.modern->count_parked()));
    page.gauge("mcp_bridge_listeners", "Streams of clients that listen to changes (subscriptions/listen).",
               value_of(context.modern->count_listeners()));
    const era::background_tasks& tasks = context.modern->tasks();
    page.begin("mcp_bridge_tasks", "gauge", "Calls that became tasks (--task-after), by state.");
    page.sample(value_of(tasks.count_running() - tasks.count_asking()), {{"state", "working"}});
    page.sample(value_of(tasks.count_asking()), {{"state", "input_required"}});
    page.sample(value_of(tasks.count_ended()), {{"state", "ended"}});
}

void add_children(core::exposition& page, const endpoint_context& context, const core::metrics& counted) {
    const auto census = context.children.take_census();
    page.begin("mcp_bridge_children", "gauge", "Server processes, by state; those started ahead and not needed yet are warm.");
    page.sample(value_of(census.warm), {{"state", "warm"}});
    page.sample(value_of(census.open), {{"state", "open"}});
    page.sample(value_of(census.closing), {{"state", "closing"}});
    page.counter("mcp_bridge_child_starts_total", "Server processes that were started.", value_of(counted.children_started));
    page.counter("mcp_bridge_child_start_failures_total", "Server processes that could not be started.", value_of(counted.child_starts_failed));
    page.begin("mcp_bridge_child_ends_total", "counter", "Server processes that have ended: because they were asked to, or of their own accord.");
    page.sample(value_of(counted.children_ended), {{"reason", "asked"}});
    page.sample(value_of(counted.children_died), {{"reason", "died"}});
    page.counter("mcp_bridge_children_put_to_sleep_total", "Server processes of idle sessions that were ended because another client needed one.",
                 value_of(counted.children_put_to_sleep));
    page.counter("mcp_bridge_child_received_bytes_total", "Bytes from the stdout of server processes.", value_of(counted.child_bytes_received));
    page.counter("mcp_bridge_child_sent_bytes_total", "Bytes to the stdin of server processes.", value_of(counted.child_bytes_sent));
    page.counter("mcp_bridge_child_garbage_lines_total", "Lines on the stdout of server processes that are no message.",
                 value_of(counted.child_garbage_lines));
    page.counter("mcp_bridge_late_answers_total", "Answers to requests that nobody waits for, or that were never sent.",
                 value_of(counted.late_answers));
}

void add_limits(core::exposition& page, const core::metrics& counted) {
    page.begin("mcp_bridge_limit_hits_total", "counter", "How often a limit was reached, by its name: mcp-bridge --help-limits lists them.");
    for (std::size_t i = 0; i < counted.hits.size(); ++i) {
        page.sample(value_of(counted.hits[i]), {{"limit", core::name_of(static_cast<core::bound>(i))}});
    }
}

void add_memory(core::exposition& page, const core::memory_budget& memory, const core::metrics& counted) {
    page.gauge("mcp_bridge_memory_limit_bytes", "The budget for requests, answers and messages under way (--max-memory).", value_of(memory.limit()));
    page.begin("mcp_bridge_memory_used_bytes", "gauge", "What is in use of it, by what it is used for.");
    for (std::size_t i = 0; i < static_cast<std::size_t>(core::memory_use::count_); ++i) {
        const auto use = static_cast<core::memory_use>(i);
        page.sample(value_of(memory.used_for(use)), {{"use", core::name_of(use)}});
    }
    page.begin("mcp_bridge_memory_measures_total", "counter", "What was done because the budget was exhausted.");
    for (std::size_t i = 0; i < static_cast<std::size_t>(core::memory_measure::count_); ++i) {
        page.sample(value_of(counted.memory_measures[i]), {{"measure", core::name_of(static_cast<core::memory_measure>(i))}});
    }
}

void add_process(core::exposition& page) {
    const platform::process_usage used = platform::read_process_usage();
    page.counter("process_cpu_seconds_total", "User and system time.", used.cpu_seconds);
    page.gauge("process_start_time_seconds", "Since 1970.", used.start_time);
    page.gauge("process_resident_memory_bytes", "Resident memory.", value_of(used.resident_bytes));
    page.gauge("process_virtual_memory_bytes", "Virtual memory.", value_of(used.virtual_bytes));
    page.gauge("process_open_fds", "Open file descriptors.", value_of(used.open_files));
    page.gauge("process_max_fds", "File descriptors that may be open.", value_of(used.most_files));
    page.counter("mcp_bridge_failures_total", "Parts of the bridge that an exception has ended, as for want of memory; the log says which.",
                 value_of(core::failures()));
    const core::heap_state heap = core::heap();
    page.gauge("mcp_bridge_heap_used_bytes", "Allocated and not freed.", value_of(heap.in_use));
    page.gauge("mcp_bridge_heap_kept_bytes", "Freed and kept for the next need.", value_of(heap.kept));
}

void add_turns(core::exposition& page) {
    const core::turn_counts& seen = core::watched_turns();
    if (!seen.is_watched) return;
    page.counter("mcp_bridge_loop_turns_total", "Turns of the event loop, under --watch-loop.", value_of(seen.turns));
    page.counter("mcp_bridge_loop_slow_turns_total", "Turns that took more processor time than one should.", value_of(seen.slow));
    page.counter("mcp_bridge_loop_stalled_turns_total", "Other turns that took over 100 ms.", value_of(seen.stalled));
    page.gauge("mcp_bridge_loop_longest_turn_seconds", "Processor time of the longest turn.", std::chrono::duration<double>(seen.longest).count());
}

}  // namespace

core::task<void> serve_metrics(endpoint_context& context, const request&, reply& http_reply) {
    core::exposition page;
    page.begin("mcp_bridge_info", "gauge", "The program.");
    page.sample(1, {{"version", MCP_BRIDGE_VERSION}});
    const core::metrics& counted = core::meters();
    add_requests(page, counted);
    add_http(page, counted);
    add_sessions(page, context, counted);
    add_modern_clients(page, context);
    add_children(page, context, counted);
    add_limits(page, counted);
    add_memory(page, context.listener.memory, counted);
    add_process(page);
    add_turns(page);
    return http_reply.send(statuses::ok, exposition_type, page.text());
}

}  // namespace bridge::endpoints
