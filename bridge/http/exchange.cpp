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

std::optional<problem> check_room(const session::session& of) {
    if (!of.is_full()) return std::nullopt;
    return problem{statuses::too_many_requests, error_code::server_error,
                   "too many requests are in flight in this session", {}};
}

std::optional<problem> begin_exchange(context& with, const std::shared_ptr<session::session>& of, const request& what,
                                      const jsonrpc::envelope& message, std::shared_ptr<session::stream> out) {
    if (auto full = check_room(*of)) return full;
    const std::shared_ptr<exchange> call = of->begin(message, std::move(out), core::clock::now());
    child::link* const link = of->place()->current();
    if (link == nullptr) {
        boost::asio::co_spawn(with.where, send_after_opening(of, call, std::move(what.body), with.bounds.json_depth),
                              boost::asio::detached);
        return std::nullopt;
    }
    const auto number = link->call(message, call);
    if (!number) {
        call->drop();
        return refusal(number.error());
    }
    call->sent_on(link->shared(), *number);
    // A large body need not be held while its answer is made.
    std::string().swap(what.body);
    return std::nullopt;
}

core::task<void> serve_exchange(context& with, std::shared_ptr<session::session> of, const request& what,
                                jsonrpc::envelope message, reply& to) {
    const accepted takes = accepted::read(what.head.accept);
    auto out = std::make_shared<session::stream>(with.where, with.bounds, 1);
    const stream_reply::manner how{.may_stream = takes.stream, .must_stream = !takes.json};
    stream_reply answering(with, *of, out, to, how, core::clock::now());
    if (auto refused = begin_exchange(with, of, what, message, std::move(out))) {
        problem why = std::move(*refused);
        co_await send_problem(to, std::move(why), message.id);
        co_return;
    }
    co_await answering.run();
}

}  // namespace bridge::http
