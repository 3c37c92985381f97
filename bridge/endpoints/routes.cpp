#include "bridge/endpoints/routes.hpp"

#include <algorithm>
#include <array>

#include "bridge/endpoints/http_sse.hpp"
#include "bridge/endpoints/listening.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/metrics_page.hpp"
#include "bridge/endpoints/named_session.hpp"
#include "bridge/endpoints/pages.hpp"
#include "bridge/endpoints/public_path.hpp"
#include "bridge/endpoints/streamable.hpp"
#include "bridge/era/modern_clients.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::endpoints {
namespace {

using jsonrpc::error_code::server_error;

using http::admission;
using http::body_use;

struct route {
    core::task<void> (*serve)(endpoint_context&, const request&, reply&);
    /// Checks the head before the body is read; returns the problem, if there is one. Null for a route without such a check.
    std::optional<problem> (*check)(const request_head&);
    body_use body;
};

enum class route_kind { home, health, readiness, metrics, mcp, sse, messages };

struct table_entry {
    route_kind kind;
    std::string_view method;
    bool needs_key;
    route target;
};

constexpr std::array table = {
    table_entry{route_kind::mcp, "POST", true, {serve_post, check_post, body_use::message}},
    table_entry{route_kind::mcp, "GET", true, {serve_get, nullptr, body_use::none}},
    table_entry{route_kind::mcp, "DELETE", true, {serve_delete, nullptr, body_use::none}},
    table_entry{route_kind::mcp, "OPTIONS", false, {serve_options, nullptr, body_use::none}},
    table_entry{route_kind::sse, "GET", true, {serve_sse, nullptr, body_use::none}},
    table_entry{route_kind::sse, "OPTIONS", false, {serve_options, nullptr, body_use::none}},
    table_entry{route_kind::messages, "POST", true, {serve_sse_post, check_body, body_use::message}},
    table_entry{route_kind::messages, "OPTIONS", false, {serve_options, nullptr, body_use::none}},
    table_entry{route_kind::home, "GET", false, {serve_home, nullptr, body_use::none}},
    table_entry{route_kind::home, "HEAD", false, {serve_home, nullptr, body_use::none}},
    table_entry{route_kind::health, "GET", false, {serve_health, nullptr, body_use::none}},
    table_entry{route_kind::health, "HEAD", false, {serve_health, nullptr, body_use::none}},
    table_entry{route_kind::readiness, "GET", false, {serve_readiness, nullptr, body_use::none}},
    table_entry{route_kind::readiness, "HEAD", false, {serve_readiness, nullptr, body_use::none}},
    table_entry{route_kind::metrics, "GET", true, {serve_metrics, nullptr, body_use::none}},
    table_entry{route_kind::metrics, "HEAD", true, {serve_metrics, nullptr, body_use::none}},
};

std::optional<route_kind> kind_of(const endpoint_context& context, std::string_view path) {
    if (path == "/") return route_kind::home;
    if (path == "/healthz") return route_kind::health;
    if (path == "/readyz") return route_kind::readiness;
    if (path == "/metrics" && (context.shows_metrics || context.listener.role == http::listener_role::operators)) return route_kind::metrics;
    if (context.listener.role == http::listener_role::operators) return std::nullopt;
    // Many clients would lose the body of a POST on a redirect, so the bridge accepts the slash.
    if (path.ends_with('/')) path.remove_suffix(1);
    if (path == context.mcp_path) return route_kind::mcp;
    if (context.sse_path.empty()) return std::nullopt;
    if (path == context.sse_path) return route_kind::sse;
    if (path == context.message_path) return route_kind::messages;
    return std::nullopt;
}

std::string methods_of(route_kind kind) {
    std::string out;
    for (const table_entry& each : table) {
        if (each.kind != kind) continue;
        if (!out.empty()) out += ", ";
        out += each.method;
    }
    return out;
}

// Returns where the client finds what it is probably looking for.
std::string directions(const endpoint_context& context, const request_head& head) {
    if (context.listener.role == http::listener_role::operators) return "metrics are at /metrics";
    return "MCP is at " + public_mcp_path(context, head);
}

// The methods of RFC 9110 have up to 7 letters. A client can send any word.
std::string shown_method(std::string_view method) {
    constexpr std::size_t longest = 16;
    return method.size() <= longest ? "Method " + std::string(method) : std::string("This method");
}

problem wrong_method(const endpoint_context& context, route_kind kind, const request_head& head) {
    std::string text = shown_method(head.method) + " is not allowed here";
    if (kind != route_kind::mcp && kind != route_kind::messages) text += "; " + directions(context, head);
    return {statuses::method_not_allowed, server_error, std::move(text), methods_of(kind)};
}

problem nothing_there(const endpoint_context& context, const request_head& head) {
    return {statuses::not_found, server_error, "Not found; " + directions(context, head), {}};
}

// Returns the reason why Host or Origin forbids the request, or an empty text. Probes call the bridge by the name or address that they know.
std::string forbidden_reason(const http::origin_policy& policy, std::optional<route_kind> kind, const request_head& head) {
    const bool is_for_probes = kind == route_kind::health || kind == route_kind::readiness;
    return is_for_probes ? policy.origin_refusal(head) : policy.refusal_reason(head);
}

// Returns the route of the request. A person who opens the MCP endpoint in a browser gets the home page.
std::optional<route_kind> route_of(const endpoint_context& context, const request_head& head) {
    const std::optional<route_kind> kind = kind_of(context, head.path);
    const bool is_opened_in_browser = kind == route_kind::mcp && head.method == "GET" && head.session_id.empty() && http::wants_page(head);
    return is_opened_in_browser ? route_kind::home : kind;
}

}  // namespace

std::string methods_at(const endpoint_context& context, std::string_view path) {
    const auto kind = kind_of(context, path);
    return kind ? methods_of(*kind) : std::string();
}

admission router::admit(const request_head& head) const {
    admission out;
    const auto refuse = [&out](problem refusal) {
        out.refused = std::move(refusal);
        return std::move(out);
    };
    const http::context& listener = context_.listener;
    const auto kind = route_of(context_, head);
    if (const std::string reason = forbidden_reason(listener.origins, kind, head); !reason.empty()) {
        return refuse({statuses::forbidden, server_error, "Forbidden: " + reason, {}});
    }
    if (!kind) return refuse(nothing_there(context_, head));
    const auto entry = std::ranges::find_if(table, [&](const table_entry& each) { return each.kind == *kind && each.method == head.method; });
    if (entry == table.end()) return refuse(wrong_method(context_, *kind, head));
    out.route = static_cast<std::size_t>(entry - table.begin());
    out.body = entry->target.body;
    if (entry->needs_key && listener.role == http::listener_role::clients) {
        auto caller = listener.keys.authenticate(head);
        if (!caller) {
            out.wrong_key = listener.keys.wrong_key(head);
            return refuse({statuses::unauthorized, server_error, "Unauthorized: " + listener.keys.refusal_reason(head), {}});
        }
        out.from = std::move(*caller);
    }
    if (entry->target.check != nullptr) {
        if (auto wrong = entry->target.check(head)) return refuse(std::move(*wrong));
    }
    if (head.body_bytes > http::longest_body(out.body, listener.bounds)) return refuse(http::too_long_for(out.body));
    return out;
}

// A client of HTTP+SSE that comes back to its stream names its session as the last event. A client of the modern era has no session, but names its
// task.
std::string_view router::session_of(const request_head& head) const {
    const std::optional<route_kind> kind = kind_of(context_, head.path);
    if (kind == route_kind::mcp && !head.session_id.empty()) return head.session_id;
    if (kind == route_kind::mcp && head.mcp_method.value_or("").starts_with(mcp::method::task_prefix)) return head.mcp_name.value_or("");
    if (kind == route_kind::messages) return http::parameter(head.query, session_parameter);
    if (kind == route_kind::sse) return head.last_event_id.value_or(std::string_view());
    return {};
}

bool router::has_session(std::string_view name) const {
    return context_.sessions.has(name) || (context_.modern != nullptr && context_.modern->keeps(name));
}

core::task<void> router::serve(const admission& admitted, const request& http_request, reply& http_reply) {
    return table.at(admitted.route).target.serve(context_, http_request, http_reply);
}

}  // namespace bridge::endpoints
