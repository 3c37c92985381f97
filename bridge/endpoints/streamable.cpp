#include "bridge/endpoints/streamable.hpp"

#include "bridge/endpoints/batch.hpp"
#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/exchange.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/message_dispatch.hpp"
#include "bridge/endpoints/named_session.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/endpoints/routes.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;
using jsonrpc::envelope;

constexpr std::string_view no_type;

// Only the functions that wait for a child are coroutines here; the others return the coroutine that writes the reply. So views into the request stay
// valid while they are used: the request lives until its reply is written.

constexpr const char* left_too_soon = "the client left before it was told of its session";

// Ends the opening of a session if the client leaves before the session is open.
class opening_watch {
public:
    explicit opening_watch(http::connection_state& connection) : connection_(connection) {
        connection_.on_departure = [this] {
            if (const auto being_opened = begun.lock()) being_opened->close(left_too_soon);
        };
        connection_.departure.begin();
    }
    ~opening_watch() { connection_.on_departure = nullptr; }
    opening_watch(const opening_watch&) = delete;
    opening_watch& operator=(const opening_watch&) = delete;

    std::weak_ptr<session::session> begun;

private:
    http::connection_state& connection_;
};

core::task<child::granted<session::opened_session>> open_watched(endpoint_context& context, std::string principal, std::string params,
                                                                 reply& http_reply) {
    opening_watch watch(http_reply.state_of_connection());
    co_return co_await context.sessions.open(std::move(principal), std::move(params), &watch.begun);
}

core::task<void> open_session(endpoint_context& context, const request& http_request, envelope message, reply& http_reply) {
    const std::string id(message.id);
    std::string params = initialize_params(message);
    const child::granted<session::opened_session> opened =
        co_await open_watched(context, std::string(http_request.principal), std::move(params), http_reply);
    const std::shared_ptr<session::session> made = opened ? opened->made : nullptr;
    http_reply.look_for_client();
    if (made && http_reply.state_of_connection().client_left) {
        // No client knows of the session. The bridge still sends the answer, which does no harm: the client may only have finished sending.
        context.sessions.close(*made, left_too_soon);
        http_reply.close_afterwards();
    }
    if (!opened) {
        child::refusal refusal = opened.error();
        co_await send_refusal(http_reply, std::move(refusal), id);
        co_return;
    }
    http_reply.add_header(mcp::header::session_id, made->who().id);
    std::string body;
    jsonrpc::append_result(body, id, opened->result);
    co_await http_reply.send(statuses::ok, json_type, std::move(body));
    if (http_reply.is_broken()) context.sessions.close(*made, left_too_soon);
}

// The problem of a request that is no `initialize` and names no valid session.
problem no_session_for(const envelope& message, problem refusal) {
    if (!message.is_method(mcp::method::discover)) return refusal;
    // Clients of the modern era send this request first; each of them falls back to initialize on exactly this answer.
    problem out{statuses::not_found, error_code::method_not_found, "Method not found: open a session with initialize", {}};
    out.is_usual = true;
    return out;
}

core::task<void> serve_request(endpoint_context& context, const request& http_request, const envelope& message, reply& http_reply) {
    if (message.is_method(mcp::method::initialize)) return open_session(context, http_request, message, http_reply);
    named_session named = named_session::by_header(context, http_request);
    if (named.wrong) {
        return send_problem(http_reply, no_session_for(message, std::move(*named.wrong)), message.id);
    }
    return serve_exchange(context, std::move(named.found), http_request, message, http_reply);
}

core::task<void> accept_posted(endpoint_context& context, const request& http_request, const envelope& message, reply& http_reply) {
    return accept_message(named_session::by_header(context, http_request), http_request, message, http_reply);
}

core::task<void> refuse_text(endpoint_context&, const request&, const jsonrpc::read_error& error, reply& http_reply) {
    return send_unreadable(http_reply, error);
}

// Returns the headers that a page of a named origin may send: those that its preflight asks for (Fetch Standard, CORS-preflight request). SDKs and
// gateways add headers of their own, such as trace ids, and the origin is trusted. If the list is long or has anything but names, the usual headers.
std::string_view allowed_headers(const request_head& head) {
    constexpr std::size_t longest = 1024;
    constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~, ";
    const std::string_view wanted = head.wanted_headers;
    const bool is_list_of_names = wanted.size() <= longest && wanted.find_first_not_of(name_characters) == std::string_view::npos;
    if (!wanted.empty() && is_list_of_names) return wanted;
    return "Content-Type, Accept, Authorization, x-api-key, x-auth-token, x-functions-key, Mcp-Session-Id, MCP-Protocol-Version, Last-Event-ID, "
           "Mcp-Method, Mcp-Name";
}

// A message names its session by a header. The reply to its POST carries the answer, or the refusal.
constexpr message_transport streamable_http{
    .serve_batch = serve_batch, .refuse_text = refuse_text, .serve_request = serve_request, .accept_message = accept_posted};

}  // namespace

std::optional<problem> check_post(const request_head& head) {
    if (auto wrong = check_body(head)) return wrong;
    const accepted types = accepted::read(head.accept);
    if (!types.json && !types.stream) {
        return problem{
            statuses::not_acceptable, error_code::server_error, "Not Acceptable: Accept must allow application/json or text/event-stream", {}};
    }
    return std::nullopt;
}

core::task<void> serve_post(endpoint_context& context, const request& http_request, reply& http_reply) {
    return dispatch_message(context, streamable_http, http_request, http_reply);
}

core::task<void> serve_delete(endpoint_context& context, const request& http_request, reply& http_reply) {
    named_session named = named_session::by_header(context, http_request);
    if (named.wrong) {
        return send_problem(http_reply, std::move(*named.wrong));
    }
    context.sessions.close(*named.found, "the client closed the session");
    return http_reply.send(statuses::ok, no_type, {});
}

core::task<void> serve_options(endpoint_context& context, const request& http_request, reply& http_reply) {
    const std::string methods = methods_at(context, http_request.head.path);
    if (!context.listener.origins.shared_with(http_request.head).empty()) {
        http_reply.add_header("Access-Control-Allow-Methods", methods);
        http_reply.add_header("Access-Control-Allow-Headers", allowed_headers(http_request.head));
        http_reply.add_header("Vary", "Access-Control-Request-Headers");
        http_reply.add_header("Access-Control-Max-Age", "86400");
    }
    http_reply.add_header("Allow", methods);
    return http_reply.send(statuses::no_content, no_type, {});
}

}  // namespace bridge::endpoints
