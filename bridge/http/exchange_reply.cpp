#include "bridge/http/exchange_reply.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "bridge/http/problem.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

namespace error_code = jsonrpc::error_code;
using session::exchange;

// What a client that takes no stream gets for a request that it has cancelled; the code is that of the Language Server
// Protocol, as neither JSON-RPC nor MCP has one.
constexpr int request_cancelled = -32800;

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
    const auto read = jsonrpc::read_envelope(body, json_depth);
    const auto number = opening.to->call(std::get<jsonrpc::envelope>(read), call);
    if (number) {
        call->sent_on(opening.to, *number);
    } else {
        call->on_lost(number.error().message());
    }
}

class exchange_reply {
public:
    exchange_reply(context& with, exchange& call, accepted takes, reply& to)
        : bounds_(with.bounds), call_(call), takes_(takes), reply_(to) {}

    core::task<void> run() {
        const auto give_up = core::clock::now() + bounds_.request_timeout;
        auto speak = core::clock::now() + bounds_.silence;
        if (!takes_.json) reply_.start_stream();
        for (;;) {
            add_messages();
            if (call_.current() != exchange::state::waiting) break;
            if (call_.overflowed() || reply_.is_broken()) co_return give_in();
            if (reply_.has_unsent()) co_await reply_.flush();
            const auto deadline = takes_.stream ? std::min(speak, give_up) : give_up;
            if (call_.changed().take()) continue;
            co_await call_.changed().async_wait(deadline);
            if (call_.changed().take()) continue;
            const auto now = core::clock::now();
            if (now >= give_up) call_.time_out();
            if (takes_.stream && now >= speak && call_.current() == exchange::state::waiting) {
                ensure_stream();
                reply_.add_comment("keep-alive");
                speak = now + bounds_.silence;
            }
        }
        conclude();
        if (reply_.has_unsent()) co_await reply_.flush();
    }

private:
    void ensure_stream() {
        if (!reply_.is_stream()) reply_.start_stream();
    }

    void add_messages() {
        for (const std::string& message : call_.take_messages()) {
            ensure_stream();
            reply_.add_event(message);
        }
    }

    // The client is gone, or takes its messages too slowly. In this era that cancels nothing: the call goes on.
    void give_in() {
        if (call_.overflowed()) spdlog::warn("a client reads its stream too slowly and was cut off");
        reply_.close_afterwards();
    }

    void conclude() {
        const bool withdrawn = call_.current() == exchange::state::withdrawn;
        if (!reply_.is_stream() && !(withdrawn && takes_.stream)) {
            std::string answer = call_.take_answer();
            if (withdrawn) jsonrpc::append_error(answer, call_.id(), request_cancelled, "the request was cancelled");
            reply_.put(statuses::ok, json_type, std::move(answer));
            return;
        }
        // To a cancelled request no answer is owed, and none that the client would look at; its stream just ends.
        ensure_stream();
        if (!withdrawn) reply_.add_event(call_.take_answer());
        reply_.end_stream();
    }

    const core::limits& bounds_;
    exchange& call_;
    accepted takes_;
    reply& reply_;
};

}  // namespace

core::task<void> serve_exchange(context& with, std::shared_ptr<session::session> of, const request& what,
                                jsonrpc::envelope message, reply& to) {
    of->touch(core::clock::now());
    if (of->is_full()) {
        problem full{statuses::too_many_requests, error_code::server_error,
                     "too many requests are in flight in this session", {}};
        co_await send_problem(to, std::move(full), message.id);
        co_return;
    }
    const accepted takes = accepted::read(what.head.accept);
    const auto call = std::make_shared<exchange>(with.where, message.id, message.meta_progress_token, takes.stream,
                                                 with.bounds);
    const session::session::in_flight counted(*of, *call);
    if (child::link* const link = of->place()->current()) {
        const auto number = link->call(message, call);
        if (!number) {
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
    exchange_reply answering(with, *call, takes, to);
    co_await answering.run();
    call->leave();
    of->touch(core::clock::now());
}

}  // namespace bridge::http
