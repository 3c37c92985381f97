#include "bridge/child/repetition.hpp"

#include <spdlog/spdlog.h>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

// The number of requests without an answer at a time: a small part of the calls that one child may have in flight.
constexpr std::size_t at_once = 32;

class answers final : public call_sink {
public:
    answers(core::executor where, const link& of) : came(where), of_(of) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        --open;
        if (answer.kind == jsonrpc::message_kind::error && ++errors == 1) first_error = of_.shown(answer.error, 200);
        came.notify();
    }
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view) override { came.notify(); }

    core::event came;
    std::size_t open = 0;
    std::size_t errors = 0;
    std::string first_error;

private:
    const link& of_;  // the link that answers
};

// Returns false if the link accepts no more requests.
bool send(link& to, const repeated_request& each, const std::shared_ptr<answers>& into) {
    std::string method;
    jsonrpc::append_string(method, each.method);
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = method;
    message.params = each.params;
    if (!to.call(message, into)) return false;
    ++into->open;
    return true;
}

}  // namespace

core::task<void> repetition::run(core::executor where, std::shared_ptr<link> to, repeated_requests next, const core::limits& bounds) {
    if (!next) co_return;
    const auto deadline = core::clock::now() + bounds.start_timeout;
    const auto into = std::make_shared<answers>(where, *to);
    std::size_t sent = 0;
    bool has_more = true;
    while (to->is_open() && core::clock::now() < deadline && (has_more || into->open != 0)) {
        while (has_more && into->open < at_once) {
            const std::optional<repeated_request> each = next();
            has_more = each && send(*to, *each, into);
            if (has_more) ++sent;
        }
        if (has_more || into->open != 0) co_await into->came.wait_until(deadline);
    }
    if (into->errors != 0) {
        spdlog::warn("a new server process refused {} of {} settings of the last one's clients: {}", into->errors, sent, into->first_error);
    }
    if (to->is_open() && into->open != 0) {
        spdlog::warn("a new server process did not answer {} of {} settings of the last one's clients in time", into->open, sent);
    }
}

}  // namespace bridge::child
