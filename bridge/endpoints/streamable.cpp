#include "bridge/endpoints/streamable.hpp"

#include "bridge/endpoints/batch.hpp"
#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/exchange.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/named_session.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/endpoints/routes.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;
using jsonrpc::envelope;
using jsonrpc::message_kind;

constexpr std::string_view no_type;

// Only the functions that wait for a child are coroutines here; the others return the coroutine that writes the reply. So views into the request stay
// valid while they are used: the request lives until its reply is written.

constexpr const char* left_too_soon = "the client left before it was told of its session";

// Ends the opening of a session if the client leaves before the session is open.
class opening_watch {
public:
    explicit opening_watch(http::line& of) : line_(of) {
        line_.on_departure = [this] {
            if (const auto being_opened = begun.lock()) being_opened->close(left_too_soon);
        };
    }
    ~opening_watch() { line_.on_departure = nullptr; }
    opening_watch(const opening_watch&) = delete;
    opening_watch& operator=(const opening_watch&) = delete;

    std::weak_ptr<session::session> begun;

private:
    http::line& line_;
};

core::task<child::granted<session::opened_session>> open_watched(context& with, std::string principal, std::string params, reply& to) {
    opening_watch watch(to.connection_line());
    co_return co_await with.sessions.open(std::move(principal), std::move(params), &watch.begun);
}

core::task<void> open_session(context& with, const request& what, envelope message, reply& to) {
    const std::string id(message.id);
    std::string params;
    jsonrpc::append_raw(params, message.params.empty() ? std::string_view("{}") : message.params, message.has_line_breaks);
    const child::granted<session::opened_session> opened = co_await open_watched(with, std::string(what.principal), std::move(params), to);
    const std::shared_ptr<session::session> made = opened ? opened->made : nullptr;
    to.look_for_client();
    if (made && to.connection_line().client_left) {
        // No client knows of the session. The bridge still sends the answer, which does no harm: the client may only have finished sending.
        with.sessions.close(*made, left_too_soon);
        to.close_afterwards();
    }
    if (!opened) {
        child::refusal why = opened.error();
        co_await send_refusal(to, std::move(why), id);
        co_return;
    }
    to.add_header(mcp::header::session_id, made->who().id);
    std::string body;
    jsonrpc::append_result(body, id, opened->result);
    co_await to.send(statuses::ok, json_type, std::move(body));
    if (to.is_broken()) with.sessions.close(*made, left_too_soon);
}

// The problem of a request that is no `initialize` and names no valid session.
problem no_session_for(const envelope& message, problem otherwise) {
    if (!message.is_method(mcp::method::discover)) return otherwise;
    // Clients of the modern era send this request first; each of them falls back to initialize on exactly this answer.
    return {statuses::not_found, error_code::method_not_found, "Method not found: open a session with initialize", {}};
}

core::task<void> serve_request(context& with, const request& what, const envelope& message, reply& to) {
    if (message.is_method(mcp::method::initialize)) return open_session(with, what, message, to);
    named_session named = named_session::in(with, what);
    if (named.wrong) {
        return send_problem(to, no_session_for(message, std::move(*named.wrong)), message.id);
    }
    return serve_exchange(with, std::move(named.found), what, message, to);
}

// Notifications and answers get only a status.
core::task<void> serve_message(context& with, const request& what, const envelope& message, reply& to) {
    named_session named = named_session::in(with, what);
    if (named.wrong) {
        return send_problem(to, std::move(*named.wrong));
    }
    named.found->take(message, core::clock::now(), &what.body);
    return to.send(statuses::accepted, no_type, {});
}

core::task<void> serve_read(context& with, const request& what, const jsonrpc::read_outcome& read, reply& to) {
    if (const auto* error = std::get_if<jsonrpc::read_error>(&read)) {
        if (error->is_batch) return serve_batch(with, what, to);
        return send_unreadable(to, *error);
    }
    const auto& message = std::get<envelope>(read);
    if (auto wrong = check_lengths(message)) return send_problem(to, std::move(*wrong), echoed_id(message.id));
    return message.kind == message_kind::request ? serve_request(with, what, message, to) : serve_message(with, what, message, to);
}

core::task<void> serve_large_post(context& with, const request& what, reply& to) {
    const jsonrpc::read_outcome read = co_await read_large_body(with, what);
    co_await serve_read(with, what, read, to);
}

}  // namespace

std::optional<problem> check_post(const request_head& head) {
    if (auto wrong = check_body(head)) return wrong;
    const accepted takes = accepted::read(head.accept);
    if (!takes.json && !takes.stream) {
        return problem{
            statuses::not_acceptable, error_code::server_error, "Not Acceptable: Accept must allow application/json or text/event-stream", {}};
    }
    return std::nullopt;
}

core::task<void> serve_post(context& with, const request& what, reply& to) {
    if (what.body.size() > jsonrpc::slice_bytes) return serve_large_post(with, what, to);
    return serve_read(with, what, jsonrpc::read_envelope(what.body, with.listener.bounds.json_depth), to);
}

core::task<void> serve_delete(context& with, const request& what, reply& to) {
    named_session named = named_session::in(with, what);
    if (named.wrong) {
        return send_problem(to, std::move(*named.wrong));
    }
    with.sessions.close(*named.found, "the client closed the session");
    return to.send(statuses::ok, no_type, {});
}

core::task<void> serve_options(context& with, const request& what, reply& to) {
    const std::string methods = methods_at(with, what.head.path);
    if (!with.listener.origins.shared_with(what.head).empty()) {
        to.add_header("Access-Control-Allow-Methods", methods);
        to.add_header("Access-Control-Allow-Headers",
                      "Content-Type, Accept, Authorization, x-functions-key, Mcp-Session-Id, MCP-Protocol-Version, "
                      "Last-Event-ID, Mcp-Method, Mcp-Name");
        to.add_header("Access-Control-Max-Age", "86400");
    }
    to.add_header("Allow", methods);
    return to.send(statuses::no_content, no_type, {});
}

}  // namespace bridge::endpoints
