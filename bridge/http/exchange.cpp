#include "bridge/http/exchange.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

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

// Sends a request whose session has no running child at the moment: opens one first. Apart from the reply, so that the
// client's stream is kept alive meanwhile.
core::task<void> send_after_opening(std::shared_ptr<session::session> of, std::shared_ptr<exchange> call,
                                    std::string body, unsigned json_depth) {
    // A session that was closed just now must not start a child, which nobody would end.
    if (!call->is_waiting()) co_return;
    const child::seat::opening opening = co_await child::seat::open(of->place());
    if (!opening.to) {
        call->on_lost(opening.failure);
        co_return;
    }
    if (!call->is_waiting()) co_return;
    const auto read = jsonrpc::read_envelope(body, json_depth);
    const auto number = opening.to->call(std::get<jsonrpc::envelope>(read), call);
    if (number) {
        call->sent_on(opening.to, *number);
    } else {
        call->on_lost(number.error().message());
    }
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
    if (child::link* const link = of->place()->current()) {
        const auto number = link->call(message, call);
        if (!number) {
            call->drop();
            problem refused = refusal(number.error());
            co_await send_problem(to, std::move(refused), message.id);
            co_return;
        }
        call->sent_on(link->shared(), *number);
        // A large body need not be held while its answer is made.
        std::string().swap(what.body);
    } else {
        boost::asio::co_spawn(with.where, send_after_opening(of, call, std::move(what.body), with.bounds.json_depth),
                              boost::asio::detached);
    }
    co_await answering.run();
}

}  // namespace bridge::http
