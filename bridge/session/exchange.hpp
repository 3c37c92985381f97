// One client request in flight.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/call_table.hpp"
#include "bridge/child/child_slot.hpp"
#include "bridge/child/refusal.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/mcp/request_kind.hpp"
#include "bridge/session/answer_outlet.hpp"
#include "bridge/session/call_deadline.hpp"
#include "bridge/session/call_form.hpp"
#include "bridge/session/call_run.hpp"
#include "bridge/session/exchange_owner.hpp"
#include "bridge/session/result_review.hpp"

namespace bridge::session {

/// Connects the child's messages for one request with the stream that carries them to the client. It writes the messages with the client's own id and
/// progress token. States:
///
///     waiting   there is no answer yet; messages may follow
///     settled   the stream has the answer, of the child or of the bridge, or the client has cancelled the request
///               and gets no answer; nothing more follows
class exchange final : public child::call_sink, public call_deadline, public std::enable_shared_from_this<exchange> {
public:
    /// `id` and `token` are the client's, raw; the token is empty if the client asked for no progress. `owner`, if not null, must outlive the
    /// exchange or be notified when it is settled. The request times out at `deadline`, when the owner calls `time_out`.
    exchange(std::string_view id, std::string_view token, std::shared_ptr<stream> out, core::clock::time_point deadline, exchange_owner* owner)
        : call_deadline(deadline), id_(id), token_(token), out_(std::move(out)), owner_(owner) {}

    /// Sets the kind of the request. The metrics count the request from `now` until it is settled.
    void measure(mcp::request_kind kind, core::clock::time_point now) { kind_ = kind, begun_ = now; }
    mcp::request_kind kind() const { return kind_; }
    /// The form of the messages for the client; null for a client of the legacy era.
    void set_form(std::shared_ptr<call_form> form) { form_ = std::move(form); }
    call_form* form() const { return form_.get(); }
    const child::enveloped_call* enveloped() const override { return form_ ? form_->enveloped() : nullptr; }
    const std::string& id() const { return id_; }
    /// The memory for its id and token.
    std::size_t cost() const { return sizeof(exchange) + core::capacity_of(id_) + core::capacity_of(token_); }
    bool is_waiting() const { return waiting_; }
    stream& out() const { return *out_; }
    const std::shared_ptr<stream>& shared_out() const { return out_.get(); }
    /// The call will run on `link`, which `assignment` returned, and gets back (`child_assignment::release`) once the exchange is settled.
    void run_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link);

    /// Records the number of the call on its link. If the exchange is settled already, the call is cancelled now.
    void sent_as(std::uint64_t number);
    /// Holds `part`, which counts for the principal, until the exchange is settled.
    void hold(child::fair_share::part part) { run_.hold(std::move(part)); }
    /// Keeps `request`, which was not sent yet, until the exchange is settled.
    void keep(std::shared_ptr<void> request) { run_.keep(std::move(request)); }
    /// Sets the function to call when the exchange is settled, with true if the child answered with a result. Its captures must live until then.
    void when_settled(std::function<void(bool has_result)> tell) { tell_ = std::move(tell); }
    /// Adds a function that reviews the raw result of the child before the client gets it. Its captures must live until the exchange is settled.
    void review_result(std::function<result_review(const jsonrpc::envelope& answer)> review) { reviews_.push_back(std::move(review)); }

    /// The client cancelled the request with `message`: cancels the call with the reason in `message`. The client gets no answer.
    void withdraw(const jsonrpc::envelope& message);
    /// The client has left, and has cancelled the request by that: cancels the call, without an answer.
    void leave();
    /// Answers the request with `answer`, which begins with `answer_head`, although the child still works on the call. Until the client continues the
    /// call with another request (`resume`), the exchange keeps the child's last step of progress and its answer, for which `kept` pays, and no more.
    void park(std::string answer, core::memory_charge kept);
    bool is_parked() const { return out_.get() == nullptr; }
    /// The answer to a parked request, a whole response, and what pays for it; empty if there is none.
    std::string remove_kept_answer(core::memory_charge& charge) { return out_.remove_kept(charge); }
    void resume(std::string_view id, std::string_view token, std::shared_ptr<stream> out, core::clock::time_point now);
    /// The deadline has passed: cancels the call, and answers the client with an error.
    void time_out();
    /// The bridge cannot continue the request: cancels the call, and answers the client with the error `reason`.
    void abandon(std::string_view reason);
    /// Answers the request with the bridge's own raw JSON `result`.
    void conclude(std::string_view result);
    /// Refuses the request with the error `reason`.
    void refuse(std::string_view reason, int code = jsonrpc::error_code::server_error);
    /// Cancels the call, and refuses the request with the raw error object `error`.
    void fail_with(std::string_view error);
    /// There is no child for the request. The client gets the answer that `answer_to` makes of `refusal`.
    void on_no_child(child::refusal refusal);
    /// The owner ends before the exchange does, and needs no notification.
    void disown() { owner_ = nullptr; }
    /// Drops the exchange before its call is made: the client knows.
    void drop();
    void on_answer(const jsonrpc::envelope& answer) override;
    std::string answer_head(jsonrpc::message_kind kind) const override;
    void on_large_answer(const jsonrpc::envelope& answer, std::string text) override;
    bool reads_members() const override { return form_ != nullptr; }
    bool on_message(const jsonrpc::envelope& message) override;
    std::shared_ptr<child::task_sink> task() override { return std::move(task_); }
    void on_lost(std::string_view reason) override;

private:
    void settle(core::outcome outcome);
    bool apply_reviews(const jsonrpc::envelope& answer, std::string& replacement, std::vector<std::string_view>& cuts);
    void pass(std::string answer, jsonrpc::message_kind kind);
    void fail(core::outcome outcome, int code, std::string_view text);

    std::string id_;
    std::string token_;
    answer_outlet out_;
    std::shared_ptr<call_form> form_;
    exchange_owner* owner_;
    bool waiting_ = true;
    mcp::request_kind kind_ = mcp::request_kind::other;
    std::optional<core::clock::time_point> begun_;  // set if it is measured
    call_run run_;
    std::function<void(bool)> tell_;
    std::vector<std::function<result_review(const jsonrpc::envelope&)>> reviews_;
    std::shared_ptr<child::task_sink> task_;
};

}  // namespace bridge::session
