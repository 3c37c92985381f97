#include "bridge/http/routes.hpp"

#include <algorithm>
#include <array>

#include "bridge/core/metrics.hpp"
#include "bridge/http/http_sse.hpp"
#include "bridge/http/listening.hpp"
#include "bridge/http/message_body.hpp"
#include "bridge/http/metrics_page.hpp"
#include "bridge/http/pages.hpp"
#include "bridge/http/streamable.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

using jsonrpc::error_code::server_error;

// Some clients and proxies send a body where none has a meaning. A short one is read, because to close the connection would cost such a client
// more than it costs the bridge to throw the bytes away.
constexpr std::size_t longest_unwanted_body = 64 * 1024;

enum class place { home, health, readiness, metrics, mcp, sse, messages };

struct table_entry {
    place where;
    std::string_view method;
    bool needs_key;
    route to;
};

constexpr std::array table = {
    table_entry{place::mcp, "POST", true, {serve_post, check_post, body_use::message}},
    table_entry{place::mcp, "GET", true, {serve_get, nullptr, body_use::none}},
    table_entry{place::mcp, "DELETE", true, {serve_delete, nullptr, body_use::none}},
    table_entry{place::mcp, "OPTIONS", false, {serve_options, nullptr, body_use::none}},
    table_entry{place::sse, "GET", true, {serve_sse, nullptr, body_use::none}},
    table_entry{place::sse, "OPTIONS", false, {serve_options, nullptr, body_use::none}},
    table_entry{place::messages, "POST", true, {serve_message, check_body, body_use::message}},
    table_entry{place::messages, "OPTIONS", false, {serve_options, nullptr, body_use::none}},
    table_entry{place::home, "GET", false, {serve_home, nullptr, body_use::none}},
    table_entry{place::home, "HEAD", false, {serve_home, nullptr, body_use::none}},
    table_entry{place::health, "GET", false, {serve_health, nullptr, body_use::none}},
    table_entry{place::health, "HEAD", false, {serve_health, nullptr, body_use::none}},
    table_entry{place::readiness, "GET", false, {serve_readiness, nullptr, body_use::none}},
    table_entry{place::readiness, "HEAD", false, {serve_readiness, nullptr, body_use::none}},
    table_entry{place::metrics, "GET", true, {serve_metrics, nullptr, body_use::none}},
    table_entry{place::metrics, "HEAD", true, {serve_metrics, nullptr, body_use::none}},
};

std::optional<place> place_of(const context& with, std::string_view path) {
    if (path == "/") return place::home;
    if (path == "/healthz") return place::health;
    if (path == "/readyz") return place::readiness;
    if (path == "/metrics" && (with.shows_metrics || with.to == door::operators)) return place::metrics;
    if (with.to == door::operators) return std::nullopt;
    // A redirect would lose the body of a POST with many clients, so the slash is simply allowed.
    if (path.ends_with('/')) path.remove_suffix(1);
    if (path == with.mcp_path) return place::mcp;
    if (with.sse_path.empty()) return std::nullopt;
    if (path == with.sse_path) return place::sse;
    if (path == with.message_path) return place::messages;
    return std::nullopt;
}

std::string methods_of(place where) {
    std::string out;
    for (const table_entry& each : table) {
        if (each.where != where) continue;
        if (!out.empty()) out += ", ";
        out += each.method;
    }
    return out;
}

problem wrong_method(place where, std::string_view method) {
    return {statuses::method_not_allowed, server_error, "Method " + std::string(method) + " is not allowed here",
            methods_of(where)};
}

problem nothing_there(const context& with) {
    const std::string elsewhere = with.to == door::operators ? "metrics are at /metrics" : "MCP is at " + with.mcp_path;
    return {statuses::not_found, server_error, "Not found; " + elsewhere, {}};
}

}  // namespace

std::size_t longest_body(const route& to, const core::limits& bounds) {
    return to.body == body_use::message ? bounds.body_bytes : std::min(bounds.body_bytes, longest_unwanted_body);
}

problem too_long_for(const route& to) {
    if (to.body == body_use::none) return {statuses::content_too_large, server_error, "Content Too Large: this request takes no body", {}};
    core::meters().note_hit(core::bound::body_size);
    return {statuses::content_too_large, server_error, "Content Too Large: the body is over the limit", {}};
}

std::string methods_at(const context& with, std::string_view path) {
    const auto where = place_of(with, path);
    return where ? methods_of(*where) : std::string();
}

admission admit(const context& with, const request_head& head) {
    admission out;
    const auto refuse = [&out](problem why) {
        out.to = nullptr;
        out.refused = std::move(why);
        return out;
    };
    if (const std::string_view objection = with.origins.objection(head); !objection.empty()) {
        return refuse({statuses::forbidden, server_error, "Forbidden: " + std::string(objection), {}});
    }
    const auto where = place_of(with, head.path);
    if (!where) return refuse(nothing_there(with));
    bool needs_key = false;
    for (const table_entry& each : table) {
        if (each.where != *where || each.method != head.method) continue;
        out.to = &each.to;
        needs_key = each.needs_key;
    }
    if (out.to == nullptr) return refuse(wrong_method(*where, head.method));
    if (needs_key && with.to == door::clients) {
        auto from = with.keys.authenticate(head);
        if (!from) {
            out.wrong_key = with.keys.wrong_key(head);
            return refuse({statuses::unauthorized, server_error, "Unauthorized: a valid key is needed", {}});
        }
        out.from = std::move(*from);
    }
    if (out.to->check != nullptr) {
        if (auto wrong = out.to->check(head)) return refuse(std::move(*wrong));
    }
    if (head.body_bytes > longest_body(*out.to, with.bounds)) return refuse(too_long_for(*out.to));
    return out;
}

}  // namespace bridge::http
