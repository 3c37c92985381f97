#include "bridge/child/repetition.hpp"

#include <spdlog/spdlog.h>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

// The number of requests without an answer at a time: a small part of the calls that one child may have in flight.
constexpr std::size_t at_once = 32;

class answers final : public own_sink {
public:
    answers(core::executor executor, const link& source) : came(executor), source_(source) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        --open;
        if (answer.kind == jsonrpc::message_kind::error && ++errors == 1) first_error = source_.shown(answer.error, 200);
        came.notify();
    }
    // While the link is open, the child has sent an answer that cannot be used.
    void on_lost(std::string_view reason) override {
        if (source_.is_open()) {
            --open;
            if (++errors == 1) first_error = reason;
        }
        came.notify();
    }

    core::event came;
    std::size_t open = 0;
    std::size_t errors = 0;
    std::string first_error;

private:
    const link& source_;  // the link that answers
};

// Returns false if the link accepts no more requests.
bool send(link& target, const repeated_request& each, const std::shared_ptr<answers>& collected) {
    std::string method;
    jsonrpc::append_string(method, each.method);
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = method;
    message.params = each.params;
    if (!target.call(message, collected)) return false;
    ++collected->open;
    return true;
}

}  // namespace

core::task<void> repetition::run(core::executor executor, std::shared_ptr<link> target, repeated_requests next, const core::limits& bounds) {
    if (!next) co_return;
    const auto deadline = core::clock::now() + bounds.start_timeout;
    const auto collected = std::make_shared<answers>(executor, *target);
    std::size_t sent = 0;
    bool has_more = true;
    while (target->is_open() && core::clock::now() < deadline && (has_more || collected->open != 0)) {
        while (has_more && collected->open < at_once) {
            const std::optional<repeated_request> each = next();
            has_more = each && send(*target, *each, collected);
            if (has_more) ++sent;
        }
        if (has_more || collected->open != 0) co_await collected->came.wait_until(deadline);
    }
    if (collected->errors != 0) {
        spdlog::warn("a new server process refused {} of {} settings of the last one's clients: {}", collected->errors, sent, collected->first_error);
    }
    if (target->is_open() && collected->open != 0) {
        spdlog::warn("a new server process did not answer {} of {} settings of the last one's clients in time", collected->open, sent);
    }
}

}  // namespace bridge::child
