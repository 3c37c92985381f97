#include "bridge/era/passed_call.hpp"

#include <utility>

#include "bridge/core/final_cast.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/era/legacy_result.hpp"
#include "bridge/era/legacy_view.hpp"
#include "bridge/era/modern_form.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

// Of an answer with questions, which is copied in one turn. Images for a model fit.
constexpr std::size_t longest_questions = 8 * 1024 * 1024;

// The pause before the first call with nothing but the child's state. Each later one is twice as long.
constexpr std::chrono::milliseconds first_pause{250};

// The client's own call, if it has the form of the modern era; null otherwise.
std::shared_ptr<session::exchange> call_of(const std::shared_ptr<child::call_sink>& sink) {
    auto* const call = core::final_cast<session::exchange>(sink.get());
    return call != nullptr && form_of(*call) != nullptr ? std::shared_ptr<session::exchange>(sink, call) : nullptr;
}

// False if the raw `result` is certainly no `input_required`. Reading every result for its type would cost as much again as its first reading.
bool may_ask(std::string_view result) {
    return result.find("input_required") != std::string_view::npos || result.find('\\') != std::string_view::npos;
}

bool is_state(const jsonrpc::member& each) {
    return each.is("requestState") && each.value.starts_with('"');
}

}  // namespace

void passed_call::keep(const jsonrpc::envelope& message) {
    if (!sink_->enveloped()->can_become_task()) return;
    const auto call = call_of(sink_);
    const auto client = call ? form_of(*call)->client() : nullptr;
    rounds_ = std::make_unique<task_rounds>(message, client ? client->payer() : nullptr);
}

void passed_call::cancel(child::link& source, std::string_view reason) {
    sink_ = nullptr;
    if (pause_over_) pause_over_->notify();
    if (child_number_ != 0) source.cancel(child_number_, reason);
}

void passed_call::on_answer(const jsonrpc::envelope& answer) {
    const bool may_be_question = answer.kind == jsonrpc::message_kind::result && may_ask(answer.result);
    const std::string_view type = may_be_question ? jsonrpc::find_member(answer.result, "resultType") : std::string_view();
    if (type.starts_with('"') && jsonrpc::string_equals(type, "input_required")) return ask(answer, jsonrpc::members_of(answer.result));
    if (const auto sink = settle(true)) sink->on_answer(answer);
}

void passed_call::on_large_answer(const jsonrpc::envelope& answer, std::string text) {
    if (!sink_) return;
    if (answer.kind == jsonrpc::message_kind::result) {
        const std::optional<std::vector<jsonrpc::member>> members = jsonrpc::few_members_of(answer, answer.result);
        if (!members) return fail("the server's result has more than " + std::to_string(jsonrpc::most_members) + " members");
        if (kind_of(*members) == result_kind::input_required) return ask(answer, *members);
    }
    if (const auto sink = settle(true)) sink->on_large_answer(answer, std::move(text));
}

// `members` are those of the result of `answer`.
void passed_call::ask(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& members) {
    if (!sink_) return;
    const auto call = call_of(sink_);
    if (call && form_of(*call)->is_task()) return ask_by_task(answer, members);
    pass_questions(answer.result, members);
}

void passed_call::pass_questions(std::string_view result, const std::vector<jsonrpc::member>& members) {
    if (result.size() > longest_questions) {
        return fail("the server's questions have " + std::to_string(result.size()) + " bytes, and may have " + std::to_string(longest_questions));
    }
    std::string changed;
    const char* from = result.data();
    for (const jsonrpc::member& each : members) {
        if (!is_state(each)) continue;
        const std::string sealed = sink_->enveloped()->sealed(each.value);
        if (sealed.empty()) return fail("the server's requestState is too long");
        changed.append(from, each.value.data());
        changed += sealed;
        from = each.end();
    }
    changed.append(from, result.data() + result.size());
    jsonrpc::envelope answer;
    answer.kind = jsonrpc::message_kind::result;
    answer.result = changed;
    // The child may have written its answer on several lines.
    answer.has_line_breaks = true;
    if (const auto sink = settle(true)) sink->on_answer(answer);
}

// ---- the questions of a task

void passed_call::ask_by_task(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& members) {
    child_number_ = 0;
    const auto view = view_.lock();
    const auto call = call_of(sink_);
    const auto client = form_of(*call)->client();
    if (!view || !client) return on_lost("the server process ended");
    // No task shows longer ones, so they are not copied first.
    if (answer.result.size() > view->terms().bounds.stream_bytes) return fail("the server asks for input, but its questions are too long");
    const std::string fault = rounds_ ? rounds_->begin(answer, members) : std::string("the request was not kept");
    if (!fault.empty()) return fail("the server asks for input, but " + fault);
    if (rounds_->questions().empty()) return call_again_later();
    const core::digest digest = form_of(*call)->request();
    for (task_rounds::question& each : rounds_->questions()) {
        each.number = view->add_question(shared_from_this());
        parked_calls::question asked{
            .asker = view, .id = std::to_string(each.number), .method = each.method, .request = std::exchange(each.request, {})};
        if (!client->parked().add(call, digest, std::move(asked))) return fail("the server asks for input, but too many questions are open");
    }
}

void passed_call::answer(std::uint64_t question, core::shared_text result) {
    if (sink_ && rounds_ && rounds_->answer(question, std::move(result))) call_again();
}

void passed_call::refuse(std::uint64_t, std::string_view reason) {
    if (sink_) fail("the server needs an answer of the client: " + std::string(reason));
}

void passed_call::call_again() {
    const auto view = view_.lock();
    if (!sink_ || !view) return;
    const auto number = view->source().call_spliced(rounds_->method(), rounds_->next_params(), shared_from_this());
    if (!number) return fail("the server could not get the answers to its questions: " + number.error().message());
    child_number_ = *number;
}

void passed_call::call_again_later() {
    const auto pause = first_pause * (1 << (rounds_->count() - 1));
    const core::executor executor = view_.lock()->executor();
    const core::coroutine_name named{"passed_call.wait", "the task fails"};
    pause_over_ = std::make_shared<core::event>(executor);
    auto work = [self = shared_from_this(), pause_end = pause_over_, pause] { return wait_and_call(self, pause_end, pause); };
    core::spawn(executor, named, std::move(work), [self = shared_from_this()] { self->fail("the bridge failed"); });
}

core::task<void> passed_call::wait_and_call(std::shared_ptr<passed_call> self, std::shared_ptr<core::event> pause_end,
                                            std::chrono::milliseconds pause) {
    co_await pause_end->wait_until(core::clock::now() + pause);
    self->call_again();
}

// ---- the end

void passed_call::fail(std::string_view reason) {
    const auto sink = settle(true);
    if (!sink) return;
    std::string error = R"({"code":)" + std::to_string(jsonrpc::error_code::internal_error) + R"(,"message":)";
    jsonrpc::append_string(error, reason);
    error += '}';
    jsonrpc::envelope answer;
    answer.kind = jsonrpc::message_kind::error;
    answer.error = error;
    sink->on_answer(answer);
}

void passed_call::on_lost(std::string_view reason) {
    if (const auto sink = settle(false)) sink->on_lost(reason);
}

std::shared_ptr<child::call_sink> passed_call::settle(bool is_answered) {
    const auto view = view_.lock();
    // A coroutine that goes on waiting would keep the program from its end.
    if (pause_over_) pause_over_->notify();
    if (sink_ && view) view->settle(number_, is_answered);
    return std::exchange(sink_, nullptr);
}

}  // namespace bridge::era
