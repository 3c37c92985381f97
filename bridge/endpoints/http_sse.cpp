#include "bridge/endpoints/http_sse.hpp"

#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/endpoints/session_policy.hpp"
#include "bridge/endpoints/stream_reply.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;
using jsonrpc::envelope;
using jsonrpc::message_kind;
using session::transport;

constexpr std::string_view no_type;
constexpr std::string_view id_parameter = "sessionId";

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

std::string endpoint_of(const context& with, const session::session& of, std::string_view query) {
    std::string url = with.message_path;
    url += '?';
    url += id_parameter;
    url += '=';
    url += of.who().id;
    if (!query.empty()) url += '&';
    append_query(url, query);
    return url;
}

// The session to which a client reconnects; null if the client is new, or too late.
std::shared_ptr<session::session> left_session(context& with, const request& what) {
    if (!what.head.last_event_id) return nullptr;
    return with.sessions.find(*what.head.last_event_id, what.principal, transport::http_sse);
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

void initialize(context& with, const std::shared_ptr<session::session>& of, const envelope& message) {
    std::string params;
    jsonrpc::append_raw(params, message.params.empty() ? std::string_view("{}") : message.params, message.has_line_breaks);
    core::task<child::granted<session::opened_session>> opening = with.sessions.open(of, std::move(params));
    auto call = of->begin(message, of->general(), core::clock::now());
    const core::coroutine_name named{"http_sse.initialize", "the client's initialize is answered with an error"};
    auto work = [call, opening = std::move(opening)]() mutable { return finish_initialize(call, std::move(opening)); };
    core::spawn(with.listener.executor, named, std::move(work), [call] { call->on_lost("the bridge failed while it opened the session"); });
}

// Clients of the modern era send this request first, and fall back to `initialize` on exactly this answer.
void refuse_discovery(session::session& of, const envelope& message) {
    std::string answer;
    jsonrpc::append_error(answer, message.id, error_code::method_not_found, "Method not found: open the session with initialize");
    of.general()->push_answer(std::move(answer));
}

// Refuses a message. If the fault is in its content (status 200 in `why`), the error goes on the stream, because the client looks for answers only
// there. Any other status is the status of the POST, which has then failed for the client.
core::task<void> refuse(session::session& of, problem why, std::string_view id, reply& to) {
    if (why.what.code != statuses::ok.code) return send_problem(to, std::move(why), id);
    std::string answer;
    jsonrpc::append_error(answer, id, why.code, why.text);
    of.general()->push_answer(std::move(answer));
    return to.send(statuses::accepted, no_type, {});
}

core::task<void> serve_request(context& with, const std::shared_ptr<session::session>& of, const request& what, const envelope& message, reply& to) {
    auto refused = check_room(*of);
    if (refused) {
        return send_problem(to, std::move(*refused), message.id);
    }
    if (message.is_method(mcp::method::initialize)) {
        auto down = with.sessions.refusal(of->who().principal);
        if (down) return send_problem(to, problem_of(std::move(*down)), message.id);
        initialize(with, of, message);
    } else if (!of->assignment() && message.is_method(mcp::method::discover)) {
        refuse_discovery(*of, message);
    } else {
        if (!of->assignment()) with.sessions.resume(of);
        refused = send_request(*of, message, of->general(), core::clock::now(), &what.body);
        // A large body need not stay in memory until its request is answered.
        if (!refused) what.drop_body();
    }
    if (refused) return refuse(*of, std::move(*refused), message.id, to);
    return to.send(statuses::accepted, no_type, {});
}

core::task<void> listen(context& with, const std::shared_ptr<session::session>& of, bool is_back, std::string_view query, reply& to) {
    const auto now = core::clock::now();
    of->note_reader(now);
    // Only clients that have reconnected before are known to do so; other clients would be lost.
    session_policy policy(*of, *of->general(), is_back || with.ends_every_stream);
    const stream_reply::manner how{.must_stream = true};
    stream_reply listening(with, policy, of->general(), to, how, now);
    listening.begin_with_endpoint(endpoint_of(with, *of, query), of->who().id);
    co_await listening.run();
}

}  // namespace

core::task<void> serve_sse(context& with, const request& what, reply& to) {
    if (!accepted::read(what.head.accept).stream) {
        problem wrong{statuses::not_acceptable, error_code::server_error, "Not Acceptable: Accept must allow text/event-stream", {}};
        co_await send_problem(to, std::move(wrong));
        co_return;
    }
    std::shared_ptr<session::session> of = left_session(with, what);
    const bool is_back = of != nullptr;
    if (!is_back) {
        const auto connected = with.sessions.connect(std::string(what.principal), what.head.user_agent);
        if (!connected) {
            problem refused = problem_of(connected.error());
            co_await send_problem(to, std::move(refused));
            co_return;
        }
        of = *connected;
    }
    co_await listen(with, of, is_back, what.head.query, to);
    if (!of->assignment() && of->is_left()) with.sessions.close(*of, "the client left before it used its session");
}

namespace {

core::task<void> serve_read(context& with, const request& what, const jsonrpc::read_outcome& read, reply& to) {
    const auto* const error = std::get_if<jsonrpc::read_error>(&read);
    if (error != nullptr && (error->code != core::errc::ambiguous_names || error->id.empty())) return send_unreadable(to, *error);
    const auto* const message = std::get_if<envelope>(&read);
    if (message != nullptr) {
        if (auto wrong = check_lengths(*message)) return send_problem(to, std::move(*wrong), echoed_id(message->id));
    }
    const bool is_request = message != nullptr && message->kind == message_kind::request;
    const std::string_view answered = error != nullptr ? echoed_id(error->id) : is_request ? message->id : std::string_view("null");
    const std::string_view id = http::parameter(what.head.query, id_parameter);
    if (id.empty()) {
        problem nameless{statuses::bad_request, error_code::server_error, "Bad Request: post to the URL of the stream's endpoint event", {}};
        return send_problem(to, std::move(nameless), answered);
    }
    const auto of = with.sessions.find(id, what.principal, transport::http_sse);
    if (!of) {
        problem unknown{statuses::not_found, error_code::session_not_found, "Session not found", {}};
        return send_problem(to, std::move(unknown), answered);
    }
    if (error != nullptr) return refuse(*of, unreadable_message(*error), echoed_id(error->id), to);
    if (is_request) return serve_request(with, of, what, *message, to);
    of->take(*message, core::clock::now(), &what.body);
    return to.send(statuses::accepted, no_type, {});
}

core::task<void> serve_large_message(context& with, const request& what, reply& to) {
    const jsonrpc::read_outcome read = co_await read_large_body(with, what);
    co_await serve_read(with, what, read, to);
}

}  // namespace

core::task<void> serve_message(context& with, const request& what, reply& to) {
    if (what.body.size() > jsonrpc::slice_bytes) return serve_large_message(with, what, to);
    return serve_read(with, what, jsonrpc::read_envelope(what.body, with.listener.bounds.json_depth), to);
}

}  // namespace bridge::endpoints
