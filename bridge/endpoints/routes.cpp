#include "bridge/endpoints/routes.hpp"

#include <algorithm>
#include <array>

#include "bridge/endpoints/http_sse.hpp"
#include "bridge/endpoints/listening.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/metrics_page.hpp"
#include "bridge/endpoints/pages.hpp"
#include "bridge/endpoints/streamable.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::endpoints {
namespace {

using jsonrpc::error_code::server_error;

using http::admission;
using http::body_use;

struct route {
    core::task<void> (*serve)(context&, const request&, reply&);
    /// Checks the head before the body is read; returns the problem, if there is one. Null for a route without such a check.
    std::optional<problem> (*check)(const request_head&);
    body_use body;
};

enum class route_kind { home, health, readiness, metrics, mcp, sse, messages };

struct table_entry {
    route_kind kind;
    std::string_view method;
    bool needs_key;
    route to;
};

constexpr std::array table = {
    table_entry{route_kind::mcp, "POST", true, {serve_post, check_post, body_use::message}},
    table_entry{route_kind::mcp, "GET", true, {serve_get, nullptr, body_use::none}},
    table_entry{route_kind::mcp, "DELETE", true, {serve_delete, nullptr, body_use::none}},
    table_entry{route_kind::mcp, "OPTIONS", false, {serve_options, nullptr, body_use::none}},
    table_entry{route_kind::sse, "GET", true, {serve_sse, nullptr, body_use::none}},
    table_entry{route_kind::sse, "OPTIONS", false, {serve_options, nullptr, body_use::none}},
    table_entry{route_kind::messages, "POST", true, {serve_message, check_body, body_use::message}},
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

std::optional<route_kind> kind_of(const context& with, std::string_view path) {
    if (path == "/") return route_kind::home;
    if (path == "/healthz") return route_kind::health;
    if (path == "/readyz") return route_kind::readiness;
    if (path == "/metrics" && (with.shows_metrics || with.listener.role == http::listener_role::operators)) return route_kind::metrics;
    if (with.listener.role == http::listener_role::operators) return std::nullopt;
    // Many clients would lose the body of a POST on a redirect, so the bridge accepts the slash.
    if (path.ends_with('/')) path.remove_suffix(1);
    if (path == with.mcp_path) return route_kind::mcp;
    if (with.sse_path.empty()) return std::nullopt;
    if (path == with.sse_path) return route_kind::sse;
    if (path == with.message_path) return route_kind::messages;
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

problem wrong_method(route_kind kind, std::string_view method) {
    return {statuses::method_not_allowed, server_error, "Method " + std::string(method) + " is not allowed here", methods_of(kind)};
}

problem nothing_there(const context& with) {
    const std::string elsewhere = with.listener.role == http::listener_role::operators ? "metrics are at /metrics" : "MCP is at " + with.mcp_path;
    return {statuses::not_found, server_error, "Not found; " + elsewhere, {}};
}

}  // namespace

std::string methods_at(const context& with, std::string_view path) {
    const auto kind = kind_of(with, path);
    return kind ? methods_of(*kind) : std::string();
}

admission router::admit(const request_head& head) const {
    admission out;
    const auto refuse = [&out](problem why) {
        out.refused = std::move(why);
        return std::move(out);
    };
    const http::context& listener = context_.listener;
    if (const std::string_view objection = listener.origins.objection(head); !objection.empty()) {
        return refuse({statuses::forbidden, server_error, "Forbidden: " + std::string(objection), {}});
    }
    const auto kind = kind_of(context_, head.path);
    if (!kind) return refuse(nothing_there(context_));
    const auto entry = std::ranges::find_if(table, [&](const table_entry& each) { return each.kind == *kind && each.method == head.method; });
    if (entry == table.end()) return refuse(wrong_method(*kind, head.method));
    out.route = static_cast<std::size_t>(entry - table.begin());
    out.body = entry->to.body;
    if (entry->needs_key && listener.role == http::listener_role::clients) {
        auto from = listener.keys.authenticate(head);
        if (!from) {
            out.wrong_key = listener.keys.wrong_key(head);
            return refuse({statuses::unauthorized, server_error, "Unauthorized: a valid key is needed", {}});
        }
        out.from = std::move(*from);
    }
    if (entry->to.check != nullptr) {
        if (auto wrong = entry->to.check(head)) return refuse(std::move(*wrong));
    }
    if (head.body_bytes > http::longest_body(out.body, listener.bounds)) return refuse(http::too_long_for(out.body));
    return out;
}

core::task<void> router::serve(const admission& admitted, const request& received, reply& answer) {
    return table.at(admitted.route).to.serve(context_, received, answer);
}

}  // namespace bridge::endpoints
