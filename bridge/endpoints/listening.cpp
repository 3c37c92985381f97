#include "bridge/endpoints/listening.hpp"

#include <algorithm>

#include "bridge/endpoints/named_session.hpp"
#include "bridge/endpoints/session_policy.hpp"
#include "bridge/endpoints/stream_reply.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::endpoints {
namespace {

using jsonrpc::error_code::server_error;
using session::event_id;
using session::stream;

problem nothing_here(std::string text) {
    problem out{statuses::method_not_allowed, server_error, std::move(text), "POST, DELETE, OPTIONS"};
    // SDKs ask for a stream where there is none, and continue without it.
    out.is_usual = true;
    return out;
}

// The stream for a reply that only repeats events of a stream that no longer exists.
std::shared_ptr<stream> ended_stream(endpoint_context& context) {
    auto out = std::make_shared<stream>(context.listener.executor, context.listener.bounds, 0);
    out->end();
    return out;
}

// The TypeScript SDK before 1.23 opens the stream again only after a broken connection. From 1.24 on it asks for 2025-11-25, as do the Python SDK
// from 1.24 and the C# SDK from 1.0 on: such clients expect a clean end, and count breaks as failures.
session_policy::at_end habit_of(const endpoint_context& context, const session::session& client_session) {
    const bool needs_break = context.breaks_streams && !client_session.is_resumable();
    return needs_break ? session_policy::at_end::comes_back_after_break : session_policy::at_end::comes_back;
}

core::task<void> resume(endpoint_context& context, session::session& client_session, event_id last, reply& http_reply) {
    const auto missed = client_session.missed(last);
    std::shared_ptr<stream> source = client_session.find_stream(last.stream);
    const bool has_more = source && !(source->has_ended() && !source->has_waiting());
    const bool has_missed = std::ranges::any_of(missed, [](const session::event_ring::event& each) { return !each.text.empty(); });
    if (!has_missed && !has_more) {
        problem nothing = nothing_here("this stream is finished: nothing more comes on it");
        co_await send_problem(http_reply, std::move(nothing));
        co_return;
    }
    if (!source) source = ended_stream(context);
    session_policy policy(client_session, *source);
    stream_reply going_on(context, policy, std::move(source), http_reply, {}, core::clock::now());
    going_on.resume_after(last, missed);
    co_await going_on.run();
}

}  // namespace

core::task<void> serve_get(endpoint_context& context, const request& http_request, reply& http_reply) {
    named_session named = named_session::by_header(context, http_request);
    if (!named.wrong && !accepted::read(http_request.head.accept).stream) {
        named.wrong = {statuses::not_acceptable, server_error, "Not Acceptable: Accept must allow text/event-stream", {}};
    }
    const bool resumes = !named.wrong && http_request.head.last_event_id && named.found->is_resumable();
    const auto last = resumes ? event_id::parse(*http_request.head.last_event_id) : std::nullopt;
    if (resumes && !last) {
        named.wrong = {statuses::bad_request, server_error, "Bad Request: Last-Event-ID is none of this server's", {}};
    }
    if (named.wrong) {
        problem wrong = std::move(*named.wrong);
        co_await send_problem(http_reply, std::move(wrong));
        co_return;
    }
    session::session& client_session = *named.found;
    client_session.record_reader(core::clock::now(), last);
    if (last) {
        co_await resume(context, client_session, *last, http_reply);
        co_return;
    }
    session_policy policy(client_session, *client_session.general(), habit_of(context, client_session));
    stream_reply listening(context, policy, client_session.general(), http_reply, {.must_stream = true}, core::clock::now());
    co_await listening.run();
}

}  // namespace bridge::endpoints
