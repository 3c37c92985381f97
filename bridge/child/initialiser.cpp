#include "bridge/child/initialiser.hpp"

#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::child {
namespace {

// Of a child's error object, in a message.
constexpr std::size_t refusal_bytes = 300;

// Of the answer to `initialize`, which is read and kept for each session; instructions and icons fit.
constexpr std::size_t longest_answer = 1024 * 1024;

std::string in_quotes(std::string_view method) {
    return '"' + std::string(method) + '"';
}

// Waits for the answer to `method`.
class first_answer final : public own_sink {
public:
    first_answer(core::executor executor, std::string_view method) : settled(executor), method_(method) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        const std::size_t size = answer.contents().size();
        if (size > longest_answer) return on_lost("its answer to " + method_ + " has " + std::to_string(size) + " bytes, and may have 1 MiB");
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

private:
    std::string method_;
};

}  // namespace

// The request that opens a child.
struct initialiser::request {
    std::string_view method;
    std::string_view params;  // raw
    bool is_own;              // the words are the bridge's
};

std::string not_initialised(const std::string& reason) {
    return "the server could not be initialised: " + reason;
}

core::task<granted<std::string>> initialiser::ask(link& link, request asked, bool words_are_proven) const {
    const auto answer = std::make_shared<first_answer>(executor_, asked.method);
    const std::string method = in_quotes(asked.method);
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = method;
    message.params = asked.params;
    const auto number = link.call(message, answer);
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
        refusal refused =
            refusal::failed("the server answered " + std::string(asked.method) + " with an error: " + link.shown(answer->error, refusal_bytes));
        refused.reason = refusal::kind::refused_by_server;
        refused.server_error = std::move(answer->error);
        const bool is_legacy = asked.method == mcp::method::initialize;
        if (is_legacy && children_.era().learn_from_refused_initialize(refused.server_error, core::clock::now())) co_return refused;
        // The words of a client can be the reason.
        if (asked.is_own) children_.health().record_failed_opening(refused.text, words_are_proven);
        co_return refused;
    }
    core::meters().count_hit(core::bound::start_timeout);
    refusal late = refusal::failed("the server did not answer " + std::string(asked.method) + " in time (" +
                                   std::to_string(bounds_.start_timeout.count()) + " ms)" + link.last_output());
    const bool may_be_of_other_era = asked.method == mcp::method::initialize && !children_.era().learnt();
    if (may_be_of_other_era) late.text += ". If it speaks only 2026-07-28, start the bridge with --child-era modern";
    children_.health().record_failed_opening(late.text, words_are_proven);
    co_return late;
}

core::task<granted<opened_child>> initialiser::run(std::shared_ptr<link> started, const legacy_handshake& words, bool words_are_proven) const {
    command_era& era = children_.era();
    const modern_translator* const translator = era.translator();
    const std::string params = translator != nullptr ? translator->discover_params(words) : words.params;
    const request asked{.method = translator != nullptr ? mcp::method::discover : mcp::method::initialize, .params = params, .is_own = words.is_own};
    granted<std::string> answer = co_await ask(*started, asked, words_are_proven);
    if (!answer) {
        const bool is_refused = answer.error().reason == refusal::kind::refused_by_server;
        if (translator != nullptr && is_refused) era.learn_from_refused_discover();
        if (!is_refused) era.doubt();
        co_return answer.error();
    }
    if (translator == nullptr) {
        era.record(mcp::era::legacy);
        opened_child opened{.shown = std::move(started), .initialize_result = *std::move(answer)};
        co_return opened;
    }
    granted<opened_child> translated = translator->translate(executor_, std::move(started), words, *answer);
    if (translated) {
        era.record(mcp::era::modern);
    } else {
        era.doubt();
        children_.health().record_failed_opening(translated.error().text, words_are_proven);
    }
    co_return translated;
}

}  // namespace bridge::child
