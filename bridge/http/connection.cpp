#include "bridge/http/connection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/error.hpp>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/http/body_reader.hpp"
#include "bridge/http/incoming_request.hpp"
#include "bridge/http/input_buffer.hpp"
#include "bridge/http/passing_on.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

namespace beast = boost::beast;
using namespace std::chrono_literals;
using jsonrpc::error_code::server_error;

// The time and the number of bytes for which the bridge still reads from a client after a reply that did not wait for the whole request.
// Closing the connection at once would reset it and lose the reply on the way.
constexpr auto linger_time = 2s;
constexpr std::size_t linger_bytes = 256 * 1024 * 1024;

// The most delayed replies to wrong keys, from all addresses together. Each occupies a connection for a second at most.
constexpr std::size_t most_held_back = 64;

problem no_room_at_owner() {
    return {statuses::unavailable, server_error, "Service Unavailable: the process that has this session cannot serve the request at the moment", {}};
}

class conversation {
public:
    conversation(context& server_context, request_handler& handler, connection& client)
        : context_(server_context), handler_(handler), on_(client), input_(server_context.bounds.header_bytes, server_context.memory.common(), out_),
          bodies_(server_context, client, input_) {
        on_.state.on_refusal = [this](const problem& refusal) { context_.refusals.record(on_.address, refusal, core::clock::now()); };
        on_.state.pass_to_owner = [this](std::string name) { return pass_to_owner(std::move(name)); };
    }
    ~conversation() {
        on_.state.on_refusal = nullptr;
        on_.state.pass_to_owner = nullptr;
    }
    conversation(const conversation&) = delete;
    conversation& operator=(const conversation&) = delete;

    core::task<void> run() {
        const auto age = context_.bounds.connection_age;
        if (age.count() != 0) on_.old_at = core::clock::now() + age;
        if (!on_.received.empty()) input_.receive_passed(std::exchange(on_.received, {}));
        for (bool more = true; more && !on_.is_draining;) more = co_await serve_one();
        if (is_old()) core::meters().count_hit(core::bound::connection_age);
        // A refused body must not occupy memory while the reply is on its way.
        incoming_.reset();
        if (unread_) co_await linger();
        boost::system::error_code ignored;
        on_.peer.close(ignored);
    }

private:
    // Serves one request. Returns false if the connection is to be closed. The data of the request is in `incoming_`: Asio reuses only
    // coroutine frames of up to 1020 bytes, and would allocate larger ones anew for each request.
    core::task<bool> serve_one() {
        incoming_.reset();
        if (!input_.has_request()) {
            const bool requested = co_await await_request();
            if (!requested) co_return false;
        }
        // Not before: during the wait other connections would take its place in the processor's cache.
        incoming_.emplace(input_.bytes(), context_.bounds.header_bytes);
        boost::system::error_code error = incoming_->parse();
        if (error == beast::http::error::need_more) {
            enter(phase::reading_head, standing::unproven);
            error = co_await read_head();
        }
        if (error == core::errc::no_memory) co_return co_await refuse_head_for_memory();
        if (error) co_return co_await refuse_unreadable(error);
        on_.current = phase::reading_body;
        if (std::optional<problem> fault = incoming_->read_head()) {
            problem why = std::move(*fault);
            co_return co_await refuse(std::move(why));
        }
        co_return co_await admit();
    }

    // Serves a request whose head was read, or passes it on.
    core::task<bool> admit() {
        const request_head& head = incoming_->head();
        admission decision = handler_.admit(head);
        // A request that this process refuses, such as for a key that its successor knows, may still be right there.
        const bool may_be_passed = !std::exchange(on_.stays_here, false) && context_.others != nullptr;
        if (may_be_passed && belongs_elsewhere(*context_.others, handler_, head, decision)) {
            const bool is_over = co_await pass_on();
            if (is_over) co_return false;
        }
        const bool keeps_alive = head.keeps_alive && !(decision.refused && head.has_body);
        reply answer(on_.peer, on_.state, context_.bounds.write_timeout, out_,
                     reply::manner{.keeps_alive = keeps_alive && !on_.is_draining && !is_old(),
                                   .is_http_1_0 = head.is_http_1_0,
                                   .is_head = head.method == "HEAD",
                                   .origin = context_.origins.shared_with(head)},
                     account_of(decision.from.principal));
        if (decision.refused) {
            co_await turn_away(decision, answer);
            co_return answer.keeps_alive();
        }
        if (!bodies_.admits(head, *account_)) co_return co_await refuse_for_memory(0);
        on_.key = decision.from.key;
        // If keys are configured, a page that needs no key proves nothing about the client.
        enter(phase::reading_body, decision.from.key || !context_.keys.wants_keys() ? standing::busy : standing::unproven);
        served_ = true;
        // Clients of HTTP/1.0 do not know interim replies (RFC 9110, section 10.1.1).
        const bool is_expecting = head.has_body && !head.is_http_1_0 && has_member(head.expect, "100-continue");
        if (is_expecting) co_await answer.send_continue();
        bodies_.begin(*incoming_, decision.body, account_);
        const boost::system::error_code error = incoming_->parse();
        if (error) {
            const bool is_complete = co_await complete_body(error, decision.body);
            if (!is_complete) co_return false;
        }
        core::pass("http.connection");
        enter(phase::serving, on_.current_standing());
        request_body& body = incoming_->body();
        body.pay();
        const request what{head, body.text, body.charge, decision.from.principal};
        co_await handler_.serve(decision, what, answer);
        co_return answer.keeps_alive() && !is_old();
    }

    // Passes the request on. Returns true if the connection is to be closed here. This is a coroutine of its own, because the frame of `admit` must
    // stay small.
    [[gnu::cold]] core::task<bool> pass_on() {
        enter(on_.current, standing::busy);
        const passing outcome = co_await pass_request(*context_.others, handler_, on_, *incoming_, std::string(input_.unparsed()));
        if (outcome == passing::stays) co_return false;
        if (outcome == passing::busy) {
            problem busy = no_room_at_owner();
            co_await refuse(std::move(busy));
        }
        co_return true;
    }

    // As `pass_on`, for a request that was read, and only to a process before this one. So a request may go on to an older process each time, until
    // there is none. Returns true if the request needs no reply.
    core::task<bool> pass_to_owner(std::string name) {
        if (context_.others == nullptr || !context_.others->has_predecessor()) co_return false;
        const passing outcome = co_await pass_read_request(*context_.others, on_, *incoming_, std::move(name), std::string(input_.unparsed()));
        if (outcome == passing::busy) {
            problem busy = no_room_at_owner();
            co_await refuse(std::move(busy));
        }
        co_return outcome != passing::stays;
    }

    // Sends the refusal of a request's head. The refusal of a wrong key is delayed.
    [[gnu::cold]] core::task<void> turn_away(admission& decision, reply& answer) {
        unread_ = incoming_->head().has_body;
        enter(on_.current, standing::unproven);
        if (!decision.wrong_key.empty()) {
            decision.refused->is_usual = true;  // `failed_keys` logs it
            const bool is_held_back = co_await hold_back(decision.wrong_key);
            if (!is_held_back) answer.close_afterwards();
        }
        problem why = std::move(*decision.refused);
        co_await send_problem(answer, std::move(why));
    }

    // Reads the rest of a body whose first part ended with `error`. Returns false once the request is refused.
    core::task<bool> complete_body(boost::system::error_code error, body_use use) {
        if (error == beast::http::error::need_more) error = co_await bodies_.read(*incoming_, *account_);
        if (!error) co_return true;
        if (error == boost::asio::error::no_memory) {
            const std::size_t received = incoming_->body().text.size();
            incoming_->body().clear();
            co_return co_await refuse_for_memory(received);
        }
        if (error != beast::http::error::body_limit) co_return co_await refuse_unreadable(error);
        problem why = too_long_for(use);
        co_return co_await refuse(std::move(why));
    }

    // Returns the account that pays for a request of `principal`. Most connections carry requests of one principal only.
    const core::memory_account_ptr& account_of(const std::string& principal) {
        if (!account_ || account_->principal() != principal) account_ = context_.memory.account_of(principal);
        return account_;
    }

    // Delays the 401 of a wrong key. Returns false if too many are delayed already: then the client loses its connection.
    [[gnu::cold]] core::task<bool> hold_back(std::string_view place) {
        const auto now = core::clock::now();
        const auto patience = context_.wrong_keys.record(on_.address, place, now);
        const failed_keys::delay slot(context_.wrong_keys, std::min(most_held_back, context_.bounds.connections / 4));
        if (!slot.is_granted()) co_return false;
        // The connection cannot make room during the delay. There are few such connections.
        enter(phase::refusing, standing::busy);
        core::event never(context_.executor);
        co_await never.wait_until(now + patience);
        co_return true;
    }

    void enter(phase next, standing shown) {
        on_.current = next;
        // The age of a busy connection is never read, and reading the clock costs as much as the rest of this function.
        if (on_.among != nullptr && on_.current_standing() != shown) {
            on_.among->move(on_, shown, shown == standing::busy ? core::clock::time_point() : core::clock::now());
        }
    }

    bool is_old() const { return on_.old_at != core::clock::time_point::max() && core::clock::now() >= on_.old_at; }

    void begin_idling() {
        input_.shrink();
        const auto now = core::clock::now();
        on_.current = phase::idle;
        if (on_.among != nullptr) on_.among->move(on_, served_ ? standing::idle : standing::unproven, now);
        on_.state.deadline = std::min(now + context_.bounds.idle_timeout, on_.old_at);
    }

    // Waits for the first bytes of a request. The server may close the connection meanwhile without loss.
    core::task<bool> await_request() {
        begin_idling();
        while (!input_.has_request()) {
            if (may_leave()) {
                const bool is_passed = co_await leave();
                if (is_passed) co_return false;
                begin_idling();
            }
            const auto [error, count] = co_await on_.peer.async_read_some(input_.prepare(), core::nothrow);
            if (error == boost::asio::error::operation_aborted && may_leave()) continue;
            if (error) co_return false;
            input_.receive(count);
        }
        on_.state.deadline = core::clock::time_point::max();
        co_return true;
    }

    // True if the idle connection moves to the process that has replaced this one. It is tried once.
    bool may_leave() const { return context_.others != nullptr && context_.others->is_succeeded() && on_.peer.is_open() && !is_settled_; }

    // Passes the idle connection on. Returns false if it stays.
    [[gnu::cold]] core::task<bool> leave() {
        is_settled_ = true;
        enter(phase::serving, standing::busy);
        on_.state.deadline = core::clock::time_point::max();
        co_return co_await pass_idle(*context_.others, on_, std::string(input_.unparsed()));
    }

    // Reads and parses until the head has ended, an error occurs or the deadline passes.
    core::task<boost::system::error_code> read_head() {
        on_.state.deadline = core::clock::now() + context_.bounds.header_timeout;
        boost::system::error_code error = beast::http::error::need_more;
        while (error == beast::http::error::need_more) {
            if (input_.is_full()) co_return beast::http::error::buffer_overflow;
            if (input_.is_long() && !context_.memory.has_room_for_heads()) co_return core::make_error_code(core::errc::no_memory);
            const auto [failed, count] = co_await on_.peer.async_read_some(input_.prepare(), core::nothrow);
            if (failed) co_return beast::http::error::partial_message;
            input_.receive(count);
            error = incoming_->parse();
        }
        on_.state.deadline = core::clock::time_point::max();
        co_return error;
    }

    [[gnu::cold]] core::task<bool> refuse_head_for_memory() {
        context_.memory.report(core::memory_measure::head_refused, "a long head was refused, because connections hold a quarter of the memory");
        input_.clear();
        input_.shrink();
        problem why{statuses::unavailable, server_error, "Service Unavailable: the bridge has no memory for a long head at the moment", {}};
        why.is_usual = true;  // the report is in the log
        co_return co_await refuse(std::move(why));
    }

    // Refuses a request because there is no memory for it. The caller has dropped any received part.
    [[gnu::cold]] core::task<bool> refuse_for_memory(std::size_t received) {
        const std::string what = "a large request of " + account_->principal();
        if (received == 0) {
            context_.memory.report(core::memory_measure::body_refused, what + " was refused unread");
        } else {
            context_.memory.report(core::memory_measure::body_ended, what + " was given up after " + std::to_string(received) + " bytes");
        }
        problem why{statuses::unavailable, server_error, "Service Unavailable: the bridge has no memory for a large request at the moment", {}};
        why.is_usual = true;  // the report is in the log
        co_return co_await refuse(std::move(why));
    }

    [[gnu::cold]] core::task<bool> refuse_unreadable(boost::system::error_code error) {
        std::optional<problem> fault = incoming_->fault(error);
        if (!fault) co_return false;
        problem why = std::move(*fault);
        co_return co_await refuse(std::move(why));
    }

    // Sends the last reply on the connection, because the bytes that follow cannot be parsed.
    [[gnu::cold]] core::task<bool> refuse(problem refusal) {
        unread_ = true;
        if (on_.current_standing() == standing::idle) enter(on_.current, standing::unproven);
        // A page can read why its request was refused. The head is empty if it could not be parsed.
        reply answer(
            on_.peer, on_.state, context_.bounds.write_timeout, out_,
            reply::manner{.keeps_alive = false, .is_http_1_0 = false, .is_head = false, .origin = context_.origins.shared_with(incoming_->head())});
        co_await send_problem(answer, std::move(refusal));
        co_return false;
    }

    [[gnu::cold]] core::task<void> linger() {
        enter(phase::lingering, standing::unproven);
        boost::system::error_code ignored;
        on_.peer.shutdown(socket::shutdown_send, ignored);
        on_.state.deadline = core::clock::now() + linger_time;
        input_.clear();
        for (std::size_t total = 0; total < linger_bytes;) {
            const auto [error, count] = co_await on_.peer.async_read_some(input_.prepare(), core::nothrow);
            if (error) co_return;
            total += count;
        }
    }

    context& context_;
    request_handler& handler_;
    connection& on_;
    std::string out_;  // bytes being written; kept, so that a reply needs no buffer of its own
    input_buffer input_;
    body_reader bodies_;
    std::optional<incoming_request> incoming_;
    bool served_ = false;                 // a request was admitted before
    bool is_settled_ = false;             // an attempt was made to pass the idle connection on
    core::memory_account_ptr account_{};  // pays for the current request
    bool unread_ = false;                 // a part of the last request was not read
};

}  // namespace

core::task<void> serve_connection(context& server_context, request_handler& handler, connection& client) {
    conversation talk(server_context, handler, client);
    co_await talk.run();
}

}  // namespace bridge::http
