// One call of a modern client on a modern child.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/link.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

class legacy_view;

/// Passes request and answer as they are. An answer by which the child asks the client (`input_required`) passes too, with its state sealed. The
/// client's next request with that state is another call. States:
///
///     called    the child has the call, or its long answer is being read
///     settled   the sink has the answer, or does not need it
class passed_call final : public child::call_sink, public std::enable_shared_from_this<passed_call> {
public:
    /// The sink has `enveloped`.
    passed_call(std::weak_ptr<legacy_view> view, std::shared_ptr<child::call_sink> sink) : view_(std::move(view)), sink_(std::move(sink)) {}

    /// The call has the number `here` in the view, and the number `there` on the link to the process.
    void sent_as(std::uint64_t here, std::uint64_t there) { number_ = here, child_number_ = there; }

    /// The client does not need the answer any more. The view has removed the call.
    void cancel(child::link& source, std::string_view reason);

    void on_answer(const jsonrpc::envelope& answer) override;
    std::string answer_head(jsonrpc::message_kind kind) const override { return sink_ ? sink_->answer_head(kind) : std::string(); }
    void on_large_answer(const jsonrpc::envelope& answer, std::string text) override;
    bool on_message(const jsonrpc::envelope& message) override { return sink_ && sink_->on_message(message); }
    void on_lost(std::string_view reason) override;

private:
    static core::task<void> read_and_pass(std::shared_ptr<passed_call> self, std::string text);
    std::shared_ptr<child::call_sink> settle(bool is_answered);
    void ask(std::string_view result, const std::vector<jsonrpc::member>& members);
    void fail(std::string_view reason);

    std::weak_ptr<legacy_view> view_;
    std::shared_ptr<child::call_sink> sink_;  // null once the call is settled
    std::uint64_t number_ = 0;
    std::uint64_t child_number_ = 0;
};

}  // namespace bridge::era
