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

std::optional<problem> check_room(const session::session& of) {
    if (!of.is_full()) return std::nullopt;
    return problem{statuses::too_many_requests, error_code::server_error,
                   "too many requests are in flight in this session", {}};
}

std::optional<problem> begin_exchange(const std::shared_ptr<session::session>& of, const request& what,
                                      const jsonrpc::envelope& message, std::shared_ptr<session::stream> out) {
    if (auto full = check_room(*of)) return full;
    const std::shared_ptr<exchange> call = of->begin(message, std::move(out), core::clock::now());
    if (const auto error = of->send(message, call)) return refusal(error);
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
    if (auto refused = begin_exchange(of, what, message, std::move(out))) {
        problem why = std::move(*refused);
        co_await send_problem(to, std::move(why), message.id);
        co_return;
    }
    // A large body need not be held while its answer is made.
    std::string().swap(what.body);
    co_await answering.run();
}

}  // namespace bridge::http
