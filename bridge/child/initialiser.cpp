#include "bridge/child/initialiser.hpp"

#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

// Of a child's error object, in a message.
constexpr std::size_t refusal_bytes = 300;

// Of the answer to `initialize`, which is read and kept for each session; instructions and icons fit.
constexpr std::size_t longest_answer = 1024 * 1024;

jsonrpc::envelope initialize_request(std::string_view params) {
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = R"("initialize")";
    message.params = params;
    return message;
}

// Waits for the answer to `initialize`.
class first_answer final : public own_sink {
public:
    explicit first_answer(core::executor executor) : settled(executor) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        const std::size_t size = answer.contents().size();
        if (size > longest_answer) return on_lost("its answer to initialize has " + std::to_string(size) + " bytes, and may have 1 MiB");
        jsonrpc::append_raw(answer.kind == jsonrpc::message_kind::error ? error : result,
                            answer.kind == jsonrpc::message_kind::error ? answer.error : answer.result, answer.has_line_breaks);
        settled.notify();
    }
    void on_lost(std::string_view reason) override {
        lost = reason;
        settled.notify();
    }

    std::string result;
    std::string error;
    std::string lost;
    core::event settled;
};

}  // namespace

std::string not_initialised(const std::string& reason) {
    return "the server could not be initialised: " + reason;
}

core::task<granted<std::string>> initialiser::run(link& link, const legacy_handshake& words, bool words_are_proven) const {
    const auto answer = std::make_shared<first_answer>(executor_);
    const auto number = link.call(initialize_request(words.params), answer);
    if (number) co_await answer->settled.wait_until(core::clock::now() + bounds_.start_timeout);
    const bool has_answered = !answer->result.empty() || !answer->error.empty() || (!answer->lost.empty() && link.is_open());
    if (has_answered) children_.first().record_answer(link);
    if (!answer->result.empty()) co_return std::move(answer->result);
    if (!answer->lost.empty() && link.is_open()) {
        // The process lives, and its answer is unusable, whoever asks: it is too long or malformed.
        refusal failure = refusal::failed(not_initialised(answer->lost));
        children_.health().record_failure(failure.text);
        co_return failure;
    }
    if (!number || !answer->lost.empty()) {
        // If that was a failure, the link has reported it.
        co_return refusal::failed(link.was_closed() ? link.end_reason() : not_initialised(link.end_reason()));
    }
    if (!answer->error.empty()) {
        refusal refused = refusal::failed("the server answered initialize with an error: " + link.shown(answer->error, refusal_bytes));
        refused.reason = refusal::kind::refused_by_server;
        refused.server_error = std::move(answer->error);
        // The words of a client can be the reason.
        if (words.is_own) children_.health().record_failed_opening(refused.text, words_are_proven);
        co_return refused;
    }
    core::meters().count_hit(core::bound::start_timeout);
    refusal late = refusal::failed("the server did not answer initialize in time (" + std::to_string(bounds_.start_timeout.count()) + " ms)" +
                                   link.last_output());
    children_.health().record_failed_opening(late.text, words_are_proven);
    co_return late;
}

}  // namespace bridge::child
