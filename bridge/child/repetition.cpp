#include "bridge/child/repetition.hpp"

#include <spdlog/spdlog.h>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

// Unanswered at once: a small part of what may be in flight on one child.
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
    const link& of_;  // which gives the answers
};

void send(link& to, const repeated_request& each, const std::shared_ptr<answers>& into) {
    std::string method;
    jsonrpc::append_string(method, each.method);
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = method;
    message.params = each.params;
    if (to.call(message, into)) ++into->open;
}

}  // namespace

core::task<void> repetition::run(core::executor where, std::shared_ptr<link> to, std::vector<repeated_request> all,
                                 const core::limits& bounds) {
    if (all.empty()) co_return;
    const auto deadline = core::clock::now() + bounds.start_timeout;
    const auto into = std::make_shared<answers>(where, *to);
    auto next = all.begin();
    while (to->is_open() && core::clock::now() < deadline && (next != all.end() || into->open != 0)) {
        if (next != all.end() && into->open < at_once) {
            send(*to, *next++, into);
        } else {
            co_await into->came.wait_until(deadline);
        }
    }
    if (into->errors != 0) {
        spdlog::warn("a new server process refused {} of {} settings of the last one's clients: {}", into->errors, all.size(),
                     into->first_error);
    }
    if (to->is_open() && into->open != 0) {
        spdlog::warn("a new server process did not answer {} of {} settings of the last one's clients in time", into->open,
                     all.size());
    }
}

}  // namespace bridge::child
