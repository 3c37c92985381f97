// One call of a modern client on a modern child.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/link.hpp"
#include "bridge/core/event.hpp"
#include "bridge/era/question_asker.hpp"
#include "bridge/era/task_rounds.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

class legacy_view;

/// Passes request and answer as they are. An answer by which the child asks the client (`input_required`) passes too, with its state sealed. The
/// client's next request with that state is another call. If the call has become a task meanwhile, the client is asked by the task, and the bridge
/// calls the child again with the answers. States:
///
///     called    the child has the call
///     parked    the call is a task, whose client has questions; or it waits a moment before it calls again
///     settled   the sink has the answer, or does not need it
class passed_call final : public child::call_sink, public question_asker, public std::enable_shared_from_this<passed_call> {
public:
    /// The sink has `enveloped`.
    passed_call(std::weak_ptr<legacy_view> view, std::shared_ptr<child::call_sink> sink) : view_(std::move(view)), sink_(std::move(sink)) {}

    /// Keeps the request `message` if the call can become a task. To be called before the request is sent.
    void keep(const jsonrpc::envelope& message);

    /// The call has the number `here` in the view, and the number `there` on the link to the process.
    void sent_as(std::uint64_t here, std::uint64_t there) { number_ = here, child_number_ = there; }

    /// The client does not need the answer any more. The view has removed the call.
    void cancel(child::link& source, std::string_view reason);

    void on_answer(const jsonrpc::envelope& answer) override;
    std::string answer_head(jsonrpc::message_kind kind) const override { return sink_ ? sink_->answer_head(kind) : std::string(); }
    void on_large_answer(const jsonrpc::envelope& answer, std::string text) override;
    bool reads_members() const override { return true; }
    bool on_message(const jsonrpc::envelope& message) override { return sink_ && sink_->on_message(message); }
    void on_lost(std::string_view reason) override;

    // ---- the questions of a task

    const child::call_sink* sink() const override { return sink_.get(); }
    void answer(std::uint64_t question, core::shared_text result) override;
    void refuse(std::uint64_t question, std::string_view reason) override;

private:
    std::shared_ptr<child::call_sink> settle(bool is_answered);
    void ask(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& members);
    void pass_questions(std::string_view result, const std::vector<jsonrpc::member>& members);
    void ask_by_task(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& members);
    void call_again();
    void call_again_later();
    static core::task<void> wait_and_call(std::shared_ptr<passed_call> self, std::shared_ptr<core::event> pause_end, std::chrono::milliseconds pause);
    void fail(std::string_view reason);

    std::weak_ptr<legacy_view> view_;
    std::shared_ptr<child::call_sink> sink_;  // null once the call is settled
    std::uint64_t number_ = 0;
    std::uint64_t child_number_ = 0;       // of the call of the child; 0 while parked
    std::unique_ptr<task_rounds> rounds_;  // null unless the call can become a task
    std::shared_ptr<core::event> pause_over_;
};

}  // namespace bridge::era
