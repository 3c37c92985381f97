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
#include "bridge/child/fair_share.hpp"
#include "bridge/child/refusal.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/request_kind.hpp"
#include "bridge/session/exchange_owner.hpp"
#include "bridge/session/result_review.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::session {

class child_assignment;

/// Connects the child's messages for one request with the stream that carries them to the client. It writes the messages with the client's own id and
/// progress token. States:
///
///     waiting   there is no answer yet; messages may follow
///     settled   the stream has the answer, of the child or of the bridge, or the client has cancelled the request
///               and gets no answer; nothing more follows
class exchange final : public child::call_sink {
public:
    /// `id` and `token` are the client's, raw; the token is empty if the client asked for no progress. `owner`, if not null, must outlive the
    /// exchange or be notified when it is settled. The request times out at `deadline`, when the owner calls `time_out`.
    exchange(std::string_view id, std::string_view token, std::shared_ptr<stream> out, core::clock::time_point deadline, exchange_owner* owner)
        : id_(id), token_(token), out_(std::move(out)), deadline_(deadline), owner_(owner) {}

    /// Sets the kind of the request. The metrics count the request from `now` until it is settled.
    void measure(mcp::request_kind kind, core::clock::time_point now) { kind_ = kind, begun_ = now; }
    mcp::request_kind kind() const { return kind_; }

    const std::string& id() const { return id_; }
    /// The memory for its id and token, in bytes.
    std::size_t cost() const { return sizeof(exchange) + core::capacity_of(id_) + core::capacity_of(token_); }
    bool is_waiting() const { return waiting_; }
    stream& out() const { return *out_; }
    const std::shared_ptr<stream>& shared_out() const { return out_; }
    core::clock::time_point deadline() const { return deadline_; }

    /// Moves the deadline to `patience` after each progress notification from now on, but not beyond `latest` (specification, Lifecycle, Timeouts).
    void renew_on_progress(std::chrono::milliseconds patience, core::clock::time_point latest) { patience_ = patience, latest_ = latest; }
    /// Moves the deadline so, because of progress at `now`.
    void renew(core::clock::time_point now);

    /// The call will run on `link`, which `assignment` returned, and gets back (`child_assignment::release`) once the exchange is settled.
    void run_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link);

    /// Records the number of the call on its link, which a cancellation needs. If the exchange is settled already, the call is cancelled now.
    void sent_as(std::uint64_t number);
    /// Holds `part`, which counts for the principal, until the exchange is settled.
    void hold(child::fair_share::part part) { part_ = std::move(part); }
    /// Sets the function to call when the exchange is settled, with true if the child answered with a result. Its captures must live until then.
    void when_settled(std::function<void(bool has_result)> tell) { tell_ = std::move(tell); }
    /// Adds a function that reviews the raw result of the child before the client gets it. Its captures must live until the exchange is settled.
    void review_result(std::function<result_review(std::string_view result)> review) { reviews_.push_back(std::move(review)); }

    /// The client cancelled the request with `message`: cancels the call with the reason in `message`. The client gets no answer.
    void withdraw(const jsonrpc::envelope& message);
    /// The deadline has passed: cancels the call, and answers the client with an error.
    void time_out();

    /// The bridge cannot continue the request: cancels the call, and answers the client with the error `reason`.
    void abandon(std::string_view reason);
    /// Answers the request with the bridge's own raw JSON `result`.
    void conclude(std::string_view result);
    /// Refuses the request with the error `reason`.
    void refuse(std::string_view reason, int code = jsonrpc::error_code::server_error);
    /// There is no child for the request. The client gets the answer that `answer_to` makes of `refusal`.
    void on_no_child(child::refusal refusal);

    /// The owner ends before the exchange does, and needs no notification.
    void disown() { owner_ = nullptr; }
    /// Drops the exchange before its call is made: the client was informed by other means.
    void drop();
    void on_answer(const jsonrpc::envelope& answer) override;
    std::string answer_head(jsonrpc::message_kind kind) const override;
    void on_large_answer(const jsonrpc::envelope& answer, std::string text) override;
    bool on_message(const jsonrpc::envelope& message) override;
    std::shared_ptr<child::task_sink> task() override { return std::move(task_); }
    void on_lost(std::string_view reason) override;

private:
    void settle(core::outcome outcome);
    void cancel_call(std::string_view reason) const;
    bool apply_reviews(std::string_view result, std::string& replacement);
    void pass(std::string answer, jsonrpc::message_kind kind);
    void fail(core::outcome outcome, int code, std::string_view text);

    std::string id_;
    std::string token_;
    std::shared_ptr<stream> out_;
    core::clock::time_point deadline_;
    std::chrono::milliseconds patience_{0};
    core::clock::time_point latest_{};  // the latest possible deadline, from renew_on_progress; zero if that was not called
    exchange_owner* owner_;
    bool waiting_ = true;
    mcp::request_kind kind_ = mcp::request_kind::other;
    std::optional<core::clock::time_point> begun_;  // set if it is measured
    std::weak_ptr<child::link> link_;
    std::uint64_t number_ = 0;  // the number on link_; 0 if the call was not made
    std::weak_ptr<child_assignment> assignment_;
    const child::link* lent_ = nullptr;  // the link of assignment_; used as an identity only
    child::fair_share::part part_;
    std::function<void(bool)> tell_;
    std::vector<std::function<result_review(std::string_view)>> reviews_;
    std::shared_ptr<child::task_sink> task_;
};

}  // namespace bridge::session
