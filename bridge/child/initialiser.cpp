#include "bridge/child/initialiser.hpp"

#include <algorithm>
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

// Wait for an answer after a process has read `server/discover` in a try of the modern era. The question needs no work, so a server of that era is
// not silent for longer.
constexpr std::chrono::seconds longest_silence_in_try{5};

// Nothing reports that a process has read its input.
constexpr std::chrono::milliseconds between_looks{250};

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
    bool is_there() const { return !result.empty() || !error.empty(); }
    bool is_settled() const { return is_there() || !lost.empty(); }

    std::string result;
    std::string error;
    std::string lost;
    core::event settled;

private:
    std::string method_;
};

// Waits for the answer of `asked`, for `start_timeout` at most. In a try of the other era, which a process can fail by being silent, the wait is
// shorter: a process that has read the question has started. Returns the length of the wait if there is no answer.
core::task<std::chrono::milliseconds> wait_for(first_answer& answer, const link& asked, std::chrono::milliseconds start_timeout, bool is_try) {
    const auto begin = core::clock::now();
    auto end = begin + start_timeout;
    bool may_be_starting = is_try;
    while (!answer.is_settled() && core::clock::now() < end) {
        if (may_be_starting && asked.has_read_input()) {
            may_be_starting = false;
            end = std::min(end, core::clock::now() + longest_silence_in_try);
        }
        const auto next = may_be_starting ? std::min(end, core::clock::now() + between_looks) : end;
        co_await answer.settled.wait_until(next);
    }
    co_return std::chrono::floor<std::chrono::milliseconds>(end - begin);
}

refusal refused_with(std::string error, const link& source, std::string_view method) {
    refusal out = refusal::failed("the server answered " + std::string(method) + " with an error: " + source.shown(error, refusal_bytes));
    out.reason = refusal::kind::refused_by_server;
    out.server_error = std::move(error);
    return out;
}

refusal timed_out(const link& source, std::string_view method, std::chrono::milliseconds waited) {
    return refusal::failed("the server did not answer " + std::string(method) + " in time (" + std::to_string(waited.count()) + " ms)" +
                           source.last_output());
}

}  // namespace

// The request that opens a child.
struct initialiser::request {
    std::string_view method;
    std::string_view params;  // raw
    bool is_own;              // the words are the bridge's
    bool is_modern;
    bool is_try;
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
    std::chrono::milliseconds waited{0};
    if (number) waited = co_await wait_for(*answer, link, bounds_.start_timeout, asked.is_try);
    const bool has_answered = answer->is_there() || (!answer->lost.empty() && link.is_open());
    if (has_answered) children_.first().record_answer(link);
    if (!answer->result.empty()) co_return std::move(answer->result);
    if (!answer->lost.empty() && link.is_open()) {
        // The process lives, and its answer is unusable, whoever asks: it is too long or malformed.
        refusal failure = refusal::failed(not_initialised(answer->lost));
        if (!asked.is_try) children_.health().record_failure(failure.text);
        co_return failure;
    }
    if (!answer->error.empty()) {
        refusal refused = refused_with(std::move(answer->error), link, asked.method);
        const bool is_of_other_era = !asked.is_modern && children_.era().learn_from_refused_initialize(refused.server_error, core::clock::now());
        refused.is_try_due = is_of_other_era && children_.era().translator() == nullptr;
        // The words of a client can be the reason.
        if (asked.is_own && !asked.is_try && !is_of_other_era) children_.health().record_failed_opening(refused.text, words_are_proven);
        co_return refused;
    }
    const bool is_lost = !number || !answer->lost.empty();
    // If that was a failure, the link has reported it.
    refusal failure =
        is_lost ? refusal::failed(link.was_closed() ? link.end_reason() : not_initialised(link.end_reason())) : timed_out(link, asked.method, waited);
    if (!is_lost && !asked.is_try) children_.health().record_failed_opening(failure.text, words_are_proven);
    failure.is_try_due = number && !link.was_closed() && !asked.is_modern && learn_from_silence(link);
    if (waited >= bounds_.start_timeout && !is_lost) core::meters().count_hit(core::bound::start_timeout);
    co_return failure;
}

// Not while the restart policy delays or refuses starts: the client would wait longer for the answer that it gets today.
bool initialiser::learn_from_silence(const link& source) const {
    const auto next_start = children_.health().next_start();
    const auto now = core::clock::now();
    return source.has_read_input() && next_start <= now && children_.era().learn_from_unanswered_initialize(now);
}

core::task<granted<opened_child>> initialiser::run(std::shared_ptr<link> started, const legacy_handshake& words, bool words_are_proven,
                                                   opening_era chosen) const {
    command_era& era = children_.era();
    const bool is_modern = chosen.translator != nullptr;
    const std::string params = is_modern ? chosen.translator->discover_params(words) : words.params;
    const request asked{.method = is_modern ? mcp::method::discover : mcp::method::initialize,
                        .params = params,
                        .is_own = words.is_own,
                        .is_modern = is_modern,
                        .is_try = chosen.is_try};
    granted<std::string> answer = co_await ask(*started, asked, words_are_proven);
    if (!answer) {
        const bool is_refused = answer.error().reason == refusal::kind::refused_by_server;
        if (is_modern && is_refused && !chosen.is_try) era.learn_from_refused_discover();
        if (!is_refused && !chosen.is_try) era.doubt(is_modern ? mcp::era::modern : mcp::era::legacy);
        co_return answer.error();
    }
    if (!is_modern) {
        era.record(mcp::era::legacy);
        opened_child opened{.shown = std::move(started), .initialize_result = *std::move(answer)};
        co_return opened;
    }
    granted<opened_child> translated = chosen.translator->translate(executor_, std::move(started), words, *answer);
    if (translated) {
        era.record(mcp::era::modern);
    } else if (!chosen.is_try) {
        children_.health().record_failed_opening(translated.error().text, words_are_proven);
        era.doubt(mcp::era::modern);
    }
    co_return translated;
}

}  // namespace bridge::child
