#include "bridge/endpoints/exchange.hpp"

#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/session_policy.hpp"
#include "bridge/endpoints/stream_reply.hpp"

namespace bridge::endpoints {
namespace {

// The coroutine must keep few variables: Asio reuses a frame for the next request only if it has at most 1020 bytes.
core::task<void> serve_sent(context& with, std::shared_ptr<session::session> of, const request& what, jsonrpc::envelope message, reply& to,
                            accepted takes) {
    const auto now = core::clock::now();
    const auto out = std::make_shared<session::stream>(with.listener.executor, with.listener.bounds, 1, of->payer());
    const stream_reply::manner how{.may_stream = takes.stream && with.streams_replies, .must_stream = !takes.json};
    session_policy policy(*of, *out);
    stream_reply answering(with, policy, out, to, how, now);
    std::optional<problem> refused = send_request(*of, message, out, now, &what.body);
    if (refused) {
        co_await send_problem(to, std::move(*refused), message.id);
        co_return;
    }
    // A large body need not stay in memory while its answer is made.
    what.drop_body();
    co_await answering.run();
}

}  // namespace

core::task<void> serve_exchange(context& with, std::shared_ptr<session::session> of, const request& what, jsonrpc::envelope message, reply& to) {
    const accepted takes = accepted::read(what.head.accept);
    if (!takes.json && !with.streams_replies) return send_problem(to, only_json(), message.id);
    return serve_sent(with, std::move(of), what, message, to, takes);
}

}  // namespace bridge::endpoints
