#include "bridge/http/exchange.hpp"

#include "bridge/http/problem.hpp"
#include "bridge/http/stream_reply.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

namespace error_code = jsonrpc::error_code;
using session::exchange;

// Why a link did not take a call, as an HTTP problem.
problem refusal(boost::system::error_code error) {
    if (error == core::errc::limit_reached) {
        return {statuses::unavailable, error_code::server_error, "too many requests are in flight on the server", {}};
    }
    if (error == core::errc::child_not_reading) {
        return {statuses::unavailable, error_code::server_error, "the server does not read its input", {}};
    }
    return {statuses::unavailable, error_code::server_error, error.message(), {}};
}

}  // namespace

core::task<void> serve_exchange(context& with, std::shared_ptr<session::session> of, const request& what,
                                jsonrpc::envelope message, reply& to) {
    if (of->is_full()) {
        problem full{statuses::too_many_requests, error_code::server_error,
                     "too many requests are in flight in this session", {}};
        co_await send_problem(to, std::move(full), message.id);
        co_return;
    }
    const auto now = core::clock::now();
    const accepted takes = accepted::read(what.head.accept);
    auto out = std::make_shared<session::stream>(with.where, with.bounds, 1);
    stream_reply answering(with, *of, out, to, {.may_stream = takes.stream, .must_stream = !takes.json}, now);
    const std::shared_ptr<exchange> call = of->begin(message, std::move(out), now);
    if (const auto error = of->send(message, call)) {
        problem refused = refusal(error);
        co_await send_problem(to, std::move(refused), message.id);
        co_return;
    }
    // A large body need not be held while its answer is made.
    std::string().swap(what.body);
    co_await answering.run();
}

}  // namespace bridge::http
