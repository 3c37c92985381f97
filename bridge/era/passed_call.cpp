#include "bridge/era/passed_call.hpp"

#include <utility>

#include "bridge/core/spawn.hpp"
#include "bridge/era/legacy_result.hpp"
#include "bridge/era/legacy_view.hpp"
#include "bridge/era/sliced_members.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

// Of an answer with questions, which is copied in one turn. Images for a model fit.
constexpr std::size_t longest_questions = 8 * 1024 * 1024;

bool is_state(const jsonrpc::member& each) {
    return each.is("requestState") && each.value.starts_with('"');
}

}  // namespace

void passed_call::cancel(child::link& source, std::string_view reason) {
    sink_ = nullptr;
    source.cancel(child_number_, reason);
}

void passed_call::on_answer(const jsonrpc::envelope& answer) {
    const bool is_result = answer.kind == jsonrpc::message_kind::result;
    const std::string_view type = is_result ? jsonrpc::find_member(answer.result, "resultType") : std::string_view();
    if (type.starts_with('"') && jsonrpc::string_equals(type, "input_required")) return ask(answer.result, jsonrpc::members_of(answer.result));
    if (const auto sink = settle(true)) sink->on_answer(answer);
}

void passed_call::on_large_answer(const jsonrpc::envelope& answer, std::string text) {
    const auto view = view_.lock();
    if (!sink_ || !view) return;
    if (answer.kind == jsonrpc::message_kind::error) {
        if (const auto sink = settle(true)) sink->on_large_answer(answer, std::move(text));
        return;
    }
    const core::coroutine_name named{"passed_call.read", "the call is answered with an error"};
    auto work = [self = shared_from_this(), text = std::move(text)]() mutable { return read_and_pass(self, std::move(text)); };
    core::spawn(view->executor(), named, std::move(work), [self = shared_from_this()] { self->fail("the bridge failed"); });
}

core::task<void> passed_call::read_and_pass(std::shared_ptr<passed_call> self, std::string text) {
    const auto view = self->view_.lock();
    if (!self->sink_ || !view) co_return;
    core::memory_charge held(view->payer(), core::memory_use::child_line);
    held.set(core::capacity_of(text));
    const std::size_t begin = self->answer_head(jsonrpc::message_kind::result).size();
    const std::string_view contents = std::string_view(text).substr(begin, text.size() - begin - jsonrpc::answer_tail.size());
    const std::optional<std::vector<jsonrpc::member>> members = co_await members_in_slices(view->executor(), contents);
    if (!members) {
        self->fail("the server's result has more than " + std::to_string(jsonrpc::most_members) + " members");
        co_return;
    }
    if (kind_of(*members) == result_kind::input_required) {
        self->ask(contents, *members);
        co_return;
    }
    const auto sink = self->settle(true);
    if (!sink) co_return;
    held.set(0);
    jsonrpc::envelope answer;
    answer.kind = jsonrpc::message_kind::result;
    answer.result = contents;
    sink->on_large_answer(answer, std::move(text));
}

// `members` are those of `result`.
void passed_call::ask(std::string_view result, const std::vector<jsonrpc::member>& members) {
    if (!sink_) return;
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
    if (sink_ && view) view->settle(number_, is_answered);
    return std::exchange(sink_, nullptr);
}

}  // namespace bridge::era
