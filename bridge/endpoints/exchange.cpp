#include "bridge/endpoints/exchange.hpp"

#include "bridge/core/recycling.hpp"
#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/session_policy.hpp"
#include "bridge/endpoints/stream_reply.hpp"

namespace bridge::endpoints {
namespace {

// The coroutine must keep few variables: Asio reuses a frame for the next request only if it has at most 1020 bytes.
core::task<void> serve_sent(endpoint_context& context, std::shared_ptr<session::session> client_session, const request& http_request,
                            jsonrpc::envelope message, reply& http_reply, accepted types) {
    const auto now = core::clock::now();
    const auto out = core::make_recycled<session::stream>(context.listener.executor, context.listener.bounds, 1, client_session->payer());
    const stream_reply::manner reply_manner{.may_stream = types.stream && context.streams_replies, .must_stream = !types.json};
    session_policy policy(*client_session, *out);
    stream_reply answering(context, policy, out, http_reply, reply_manner, now);
    std::optional<problem> refused = send_request(*client_session, message, out, now, &http_request.body);
    if (refused) {
        co_await send_problem(http_reply, std::move(*refused), message.id);
        co_return;
    }
    // A large body need not stay in memory while its answer is made.
    http_request.drop_body();
    co_await answering.run();
}

}  // namespace

core::task<void> serve_exchange(endpoint_context& context, std::shared_ptr<session::session> client_session, const request& http_request,
                                jsonrpc::envelope message, reply& http_reply) {
    const accepted types = accepted::read(http_request.head.accept);
    if (!types.json && !context.streams_replies) return send_problem(http_reply, only_json(), message.id);
    return serve_sent(context, std::move(client_session), http_request, message, http_reply, types);
}

}  // namespace bridge::endpoints
