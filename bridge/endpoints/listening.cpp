#include "bridge/endpoints/listening.hpp"

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
    return {statuses::method_not_allowed, server_error, std::move(text), "POST, DELETE, OPTIONS"};
}

// The stream for a reply that only repeats events of a stream that no longer exists.
std::shared_ptr<stream> ended_stream(context& with) {
    auto out = std::make_shared<stream>(with.listener.executor, with.listener.bounds, 0);
    out->end();
    return out;
}

core::task<void> resume(context& with, session::session& of, event_id last, reply& to) {
    const auto missed = of.missed(last);
    std::shared_ptr<stream> from = of.find_stream(last.stream);
    const bool has_more = from && !(from->has_ended() && !from->has_waiting());
    if (missed.empty() && !has_more) {
        problem nothing = nothing_here("this stream is finished: nothing more comes on it");
        co_await send_problem(to, std::move(nothing));
        co_return;
    }
    if (!from) from = ended_stream(with);
    session_policy policy(of, *from);
    stream_reply going_on(with, policy, std::move(from), to, {}, core::clock::now());
    going_on.resume_after(last, missed);
    co_await going_on.run();
}

}  // namespace

core::task<void> serve_get(context& with, const request& what, reply& to) {
    if (what.head.session_id.empty()) {
        problem nothing = nothing_here("GET opens the stream of a session; open a session with POST first");
        co_await send_problem(to, std::move(nothing));
        co_return;
    }
    named_session named = named_session::in(with, what);
    if (!named.wrong && !accepted::read(what.head.accept).stream) {
        named.wrong = {statuses::not_acceptable, server_error, "Not Acceptable: Accept must allow text/event-stream", {}};
    }
    const bool resumes = !named.wrong && what.head.last_event_id && named.found->is_resumable();
    const auto last = resumes ? event_id::parse(*what.head.last_event_id) : std::nullopt;
    if (resumes && !last) {
        named.wrong = {statuses::bad_request, server_error, "Bad Request: Last-Event-ID is none of this server's", {}};
    }
    if (named.wrong) {
        problem wrong = std::move(*named.wrong);
        co_await send_problem(to, std::move(wrong));
        co_return;
    }
    session::session& of = *named.found;
    of.note_reader(core::clock::now());
    if (last) {
        co_await resume(with, of, *last, to);
        co_return;
    }
    session_policy policy(of, *of.general());
    stream_reply listening(with, policy, of.general(), to, {.must_stream = true}, core::clock::now());
    co_await listening.run();
}

}  // namespace bridge::endpoints
