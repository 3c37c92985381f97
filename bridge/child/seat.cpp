#include "bridge/child/seat.hpp"

#include <spdlog/spdlog.h>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

constexpr std::string_view initialized_line = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

jsonrpc::envelope initialize_request(std::string_view params) {
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = R"("initialize")";
    message.params = params;
    return message;
}

}  // namespace

// Waits for the answer to `initialize`.
class seat::first_answer final : public call_sink {
public:
    explicit first_answer(core::executor where) : settled(where) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        jsonrpc::append_raw(answer.kind == jsonrpc::message_kind::error ? error : result,
                            answer.kind == jsonrpc::message_kind::error ? answer.error : answer.result,
                            answer.has_line_breaks);
        settled.notify();
    }
    // A server may send only pings and logs before it is initialised; a log has no reader yet.
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view reason) override {
        lost = reason;
        settled.notify();
    }

    std::string result;
    std::string error;
    std::string lost;
    core::event settled;
};

std::shared_ptr<seat> seat::make(core::executor where, children& from, const core::limits& bounds,
                                 handshake opening_words, std::weak_ptr<seat_owner> owner) {
    std::shared_ptr<seat> made(new seat(where, from, bounds, std::move(opening_words), std::move(owner)));
    made->self_ = made;
    return made;
}

seat::seat(core::executor where, children& from, const core::limits& bounds, handshake opening_words,
           std::weak_ptr<seat_owner> owner)
    : where_(where),
      children_(from),
      bounds_(bounds),
      handshake_(std::move(opening_words)),
      owner_(std::move(owner)),
      announce_again_(handshake_.announce),
      settled_(where) {}

seat::~seat() {
    close("nobody needs the server process any more");
}

core::task<seat::opening> seat::open(std::shared_ptr<seat> self, when_full full) {
    if (self->current() != nullptr) {
        opening done;
        done.to = self->link_;
        co_return done;
    }
    if (self->opening_) co_return co_await self->wait_for_other_opener();
    self->opening_ = true;
    self->last_ = co_await self->start(full);
    self->opening_ = false;
    self->settled_.cancel();
    co_return self->last_;
}

core::task<seat::opening> seat::wait_for_other_opener() {
    // The opener itself is bounded.
    settled_.expires_at(core::clock::time_point::max());
    while (opening_) co_await settled_.async_wait(core::nothrow);
    co_return last_;
}

core::task<seat::opening> seat::start(when_full full) {
    opening outcome;
    opened_ = false;
    // Held here too: a child that ends early takes link_ away before this goes on.
    std::weak_ptr<link_owner> self = self_;
    const children::taken got = co_await children_.take(std::move(self), full);
    const std::shared_ptr<link> started = got.to;
    link_ = started;
    if (!started) {
        outcome.failure = got.failure;
        outcome.at_limit = got.at_limit;
        co_return outcome;
    }
    const auto answer = std::make_shared<first_answer>(where_);
    const auto number = started->call(initialize_request(handshake_.params), answer);
    if (number) co_await answer->settled.wait_until(core::clock::now() + bounds_.start_timeout);
    if (answer->result.empty()) {
        outcome.refusal = std::move(answer->error);
        outcome.failure = !answer->lost.empty()      ? std::move(answer->lost)
                          : !outcome.refusal.empty() ? "the server refused to be initialised"
                                                     : "the server did not answer initialize in time";
        spdlog::warn("could not open the server: {}", outcome.failure);
        started->close(outcome.failure);
        co_return outcome;
    }
    initialize_result_ = std::move(answer->result);
    opened_ = true;
    if (announce_again_) started->notify_raw(initialized_line);
    outcome.to = started;
    co_return outcome;
}

void seat::close(const std::string& reason) {
    if (link_) link_->close(reason);
}

void seat::on_notification(link& from, const jsonrpc::envelope& message) {
    if (const auto owner = owner_.lock()) owner->on_child_notification(from, message);
}

void seat::on_request(link& from, const jsonrpc::envelope& message) {
    const auto owner = owner_.lock();
    if (!owner) return from.refuse(message.id, jsonrpc::error_code::method_not_found, "Method not found");
    owner->on_child_request(from, message);
}

void seat::on_end(link& from) {
    if (link_.get() == &from) link_.reset();
}

}  // namespace bridge::child
