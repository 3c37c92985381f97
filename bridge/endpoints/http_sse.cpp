#include "bridge/endpoints/http_sse.hpp"

#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/message_dispatch.hpp"
#include "bridge/endpoints/named_session.hpp"
#include "bridge/endpoints/public_path.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/endpoints/session_policy.hpp"
#include "bridge/endpoints/stream_reply.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;
using jsonrpc::envelope;
using jsonrpc::message_kind;
using session::transport;

constexpr std::string_view no_type;

// Appends the query as it was sent, but in ASCII: a request may have any bytes, and a stream must be UTF-8.
void append_query(std::string& url, std::string_view query) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    for (const char c : query) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            url += c;
        } else {
            url += '%';
            url += hex[byte >> 4];
            url += hex[byte & 0xF];
        }
    }
}

// Returns the URL for the POSTs of `client_session`, from the reference without its query.
std::string endpoint_of(std::string reference, const session::session& client_session, std::string_view query) {
    std::string url = std::move(reference);
    url += '?';
    url += session_parameter;
    url += '=';
    url += client_session.who().id;
    if (!query.empty()) url += '&';
    append_query(url, query);
    return url;
}

// The session to which a client reconnects; null if the client is new, or too late.
std::shared_ptr<session::session> left_session(endpoint_context& context, const request& http_request) {
    if (!http_request.head.last_event_id) return nullptr;
    return context.sessions.find(*http_request.head.last_event_id, http_request.principal, transport::http_sse);
}

// Forwards the child's answer to the client's `initialize`.
void answer_initialize(session::exchange& call, const child::granted<session::opened_session>& outcome) {
    if (!outcome) return call.on_no_child(outcome.error());
    envelope answer;
    answer.kind = message_kind::result;
    answer.result = outcome->result;
    call.on_answer(answer);
}

core::task<void> finish_initialize(std::shared_ptr<session::exchange> call, core::task<child::granted<session::opened_session>> opening) {
    core::pass("http_sse.initialize");
    const child::granted<session::opened_session> outcome = co_await std::move(opening);
    answer_initialize(*call, outcome);
}

void initialize(endpoint_context& context, const std::shared_ptr<session::session>& client_session, const envelope& message) {
    core::task<child::granted<session::opened_session>> opening = context.sessions.open(client_session, initialize_params(message));
    auto call = client_session->begin(message, client_session->general(), core::clock::now());
    const core::coroutine_name named{"http_sse.initialize", "the client's initialize is answered with an error"};
    auto work = [call, opening = std::move(opening)]() mutable { return finish_initialize(call, std::move(opening)); };
    core::spawn(context.listener.executor, named, std::move(work), [call] { call->on_lost("the bridge failed while it opened the session"); });
}

// Clients of the modern era send this request first, and fall back to `initialize` on exactly this answer.
void refuse_discovery(session::session& client_session, const envelope& message) {
    std::string answer;
    jsonrpc::append_error(answer, message.id, error_code::method_not_found, "Method not found: open the session with initialize");
    client_session.general()->push_answer(std::move(answer));
}

// Refuses a message. If the fault is in its content (status 200 in `refusal`), the error goes on the stream, because the client looks for answers
// only there. Any other status is the status of the POST, which has then failed for the client.
core::task<void> refuse(session::session& client_session, problem refusal, std::string_view id, reply& http_reply) {
    if (refusal.what.code != statuses::ok.code) return send_problem(http_reply, std::move(refusal), id);
    std::string answer;
    jsonrpc::append_error(answer, id, refusal.code, refusal.text);
    client_session.general()->push_answer(std::move(answer));
    return http_reply.send(statuses::accepted, no_type, {});
}

// Sends `message`, any request but `initialize`, to the child of the session. Returns the reason if the child gets nothing.
std::optional<problem> forward(endpoint_context& context, const std::shared_ptr<session::session>& client_session, const request& http_request,
                               const envelope& message) {
    if (!client_session->assignment() && message.is_method(mcp::method::discover)) {
        refuse_discovery(*client_session, message);
        return std::nullopt;
    }
    if (!client_session->assignment()) context.sessions.resume(client_session);
    auto refused = send_request(*client_session, message, client_session->general(), core::clock::now(), &http_request.body);
    // A large body need not stay in memory until its request is answered.
    if (!refused) http_request.drop_body();
    return refused;
}

core::task<void> serve_request(endpoint_context& context, const request& http_request, const envelope& message, reply& http_reply) {
    const named_session named = named_session::by_url(context, http_request);
    auto refused = named.wrong ? named.wrong : check_room(*named.found);
    if (refused) {
        return send_problem(http_reply, std::move(*refused), message.id);
    }
    if (message.is_method(mcp::method::initialize)) {
        auto down = context.sessions.refusal(named.found->who().principal);
        if (down) return send_problem(http_reply, problem_of(std::move(*down)), message.id);
        initialize(context, named.found, message);
    } else {
        refused = forward(context, named.found, http_request, message);
    }
    if (refused) return refuse(*named.found, std::move(*refused), message.id, http_reply);
    return http_reply.send(statuses::accepted, no_type, {});
}

core::task<void> accept_posted(endpoint_context& context, const request& http_request, const envelope& message, reply& http_reply) {
    return accept_message(named_session::by_url(context, http_request), http_request, message, http_reply);
}

core::task<void> refuse_text(endpoint_context& context, const request& http_request, const jsonrpc::read_error& error, reply& http_reply) {
    // A request that is refused only for its member names has a client that waits for the answer on the stream.
    const bool is_awaited = error.code == core::errc::ambiguous_names && !error.id.empty();
    if (!is_awaited) return send_unreadable(http_reply, error);
    named_session named = named_session::by_url(context, http_request);
    if (named.wrong) {
        return send_problem(http_reply, std::move(*named.wrong), echoed_id(error.id));
    }
    return refuse(*named.found, unreadable_message(error), echoed_id(error.id), http_reply);
}

// A message names its session by the URL. The answer and refusals of the content go on the session's stream.
constexpr message_transport http_sse{
    .url_names_session = true, .refuse_text = refuse_text, .serve_request = serve_request, .accept_message = accept_posted};

core::task<void> listen(endpoint_context& context, const std::shared_ptr<session::session>& client_session, bool is_back, std::string endpoint,
                        reply& http_reply) {
    const auto now = core::clock::now();
    client_session->record_reader(now);
    // Only clients that have reconnected before are known to do so; other clients would be lost.
    const bool comes_back = is_back || context.ends_every_stream;
    session_policy policy(*client_session, *client_session->general(),
                          comes_back ? session_policy::at_end::comes_back : session_policy::at_end::stays_away);
    const stream_reply::manner reply_manner{.must_stream = true};
    stream_reply listening(context, policy, client_session->general(), http_reply, reply_manner, now);
    listening.begin_with_endpoint(endpoint, client_session->who().id);
    co_await listening.run();
}

}  // namespace

core::task<void> serve_sse(endpoint_context& context, const request& http_request, reply& http_reply) {
    if (!accepted::read(http_request.head.accept).stream) {
        problem wrong{statuses::not_acceptable, error_code::server_error, "Not Acceptable: Accept must allow text/event-stream", {}};
        co_await send_problem(http_reply, std::move(wrong));
        co_return;
    }
    const std::optional<std::string_view> prefix = public_prefix(context, http_request.head);
    if (!prefix) {
        problem wrong{statuses::bad_request,
                      error_code::server_error,
                      "Bad Request: X-Forwarded-Prefix must begin with one '/' and have only the characters of a path",
                      {}};
        co_await send_problem(http_reply, std::move(wrong));
        co_return;
    }
    std::shared_ptr<session::session> client_session = left_session(context, http_request);
    const bool is_back = client_session != nullptr;
    if (!is_back) {
        const auto connected = context.sessions.connect(std::string(http_request.principal), http_request.head.user_agent);
        if (!connected) {
            problem refused = problem_of(connected.error());
            co_await send_problem(http_reply, std::move(refused));
            co_return;
        }
        client_session = *connected;
    }
    std::string endpoint = endpoint_of(message_reference(context, http_request.head, *prefix), *client_session, http_request.head.query);
    co_await listen(context, client_session, is_back, std::move(endpoint), http_reply);
    if (!client_session->assignment() && client_session->is_left())
        context.sessions.close(*client_session, "the client left before it used its session");
}

core::task<void> serve_sse_post(endpoint_context& context, const request& http_request, reply& http_reply) {
    return dispatch_message(context, http_sse, http_request, http_reply);
}

}  // namespace bridge::endpoints
