// One client request in flight.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/child/call_table.hpp"
#include "bridge/child/fair_share.hpp"
#include "bridge/child/refusal.hpp"
#include "bridge/child/seat.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/request_kind.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::session {

class child_assignment;
class exchange;

/// Keeps exchanges while they are in flight.
class exchange_owner {
public:
    virtual ~exchange_owner() = default;

    /// `which` was settled at `now`: nothing more comes for it. It may be let go.
    virtual void on_settled(exchange& which, core::clock::time_point now) = 0;
};

/// What is to become of a result on its way to the client.
struct result_review {
    std::optional<std::string> replacement{};  ///< the raw result in its place; without one it passes as it is
    std::string objection{};                   ///< why the client gets an error instead; empty if it does not
};

/// Stands between a child's messages for one request and the stream that carries them to the client. The messages are
/// written in the client's own terms here: its id, its progress token. States:
///
///     waiting   no answer yet; messages may come
///     settled   the answer is on the stream, the child's or one of the bridge's own, or the client has cancelled the
///               request and is owed none; nothing more comes
class exchange final : public child::call_sink {
public:
    /// `id` and `token` are the client's, raw; the token is empty if it asked for no progress. `owner` must outlive it or
    /// be told when it is settled; may be null. The request times out at `deadline`, when `time_out` is called.
    exchange(std::string_view id, std::string_view token, std::shared_ptr<stream> out, core::clock::time_point deadline, exchange_owner* owner)
        : id_(id), token_(token), out_(std::move(out)), deadline_(deadline), owner_(owner) {}

    /// It is a request of that kind, and counts as such in the metrics from `now` on until it is settled.
    void measure(mcp::request_kind kind, core::clock::time_point now) { kind_ = kind, begun_ = now; }

    mcp::request_kind kind() const { return kind_; }

    const std::string& id() const { return id_; }

    /// What its id and token cost.
    std::size_t cost() const { return sizeof(exchange) + core::capacity_of(id_) + core::capacity_of(token_); }
    bool is_waiting() const { return waiting_; }
    stream& out() const { return *out_; }
    const std::shared_ptr<stream>& shared_out() const { return out_; }
    core::clock::time_point deadline() const { return deadline_; }

    /// From now on each progress notification gives the child `patience` again, up to `latest` (specification, Lifecycle, Timeouts).
    void renew_on_progress(std::chrono::milliseconds patience, core::clock::time_point latest) { patience_ = patience, latest_ = latest; }

    /// Its call is to run on `link`, which `assignment` returned and gets back (`child_assignment::release`) once the exchange is settled;
    /// at once if it is settled already.
    void run_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link);

    /// Its call has that number on its link, so that it can be cancelled there. If it is settled already, that is done now.
    void sent_as(std::uint64_t number);

    /// It counts as what its principal holds until it is settled.
    void hold(child::fair_share::part part) { part_ = std::move(part); }

    /// Called when it is settled, with whether the child answered with a result. Its captures must outlive that.
    void when_settled(std::function<void(bool has_result)> tell) { tell_ = std::move(tell); }

    /// `review` is called with the raw result, if the child answers with one, before the client gets it. Its captures must outlive that.
    void review_result(std::function<result_review(std::string_view result)> review) { review_ = std::move(review); }

    /// The client cancelled it with `message`: the child is told, with the reason in it, and the client is owed nothing.
    void withdraw(const jsonrpc::envelope& message);

    /// Its time is up: the child is told, and the client gets an error.
    void time_out();

    /// The bridge cannot go on with it: the child is told, and the client gets `reason` as an error.
    void abandon(std::string_view reason);

    /// The bridge answers it itself, with the raw JSON `result`.
    void conclude(std::string_view result);

    /// The bridge refuses it, with `reason` as its error.
    void refuse(std::string_view reason, int code = jsonrpc::error_code::server_error);

    /// There is no child for it. The client gets the answer that `answer_to` makes of `why`.
    void on_no_child(child::refusal why);

    /// Its owner ends before it does, and is not told that it was settled.
    void disown() { owner_ = nullptr; }

    /// Forgets it before it was sent anywhere: the client has been told by other means.
    void drop();

    void on_answer(const jsonrpc::envelope& answer) override;
    std::string answer_head(jsonrpc::message_kind kind) const override;
    void on_large_answer(const jsonrpc::envelope& answer, std::string text) override;
    bool on_message(const jsonrpc::envelope& message) override;
    void on_lost(std::string_view reason) override;

private:
    void settle(core::outcome how);
    void cancel_call(std::string_view reason) const;
    bool apply_review(std::string_view result, std::string& replacement);
    void pass(std::string answer, jsonrpc::message_kind kind);
    void fail(core::outcome how, int code, std::string_view text);

    std::string id_;
    std::string token_;
    std::shared_ptr<stream> out_;
    core::clock::time_point deadline_;
    std::chrono::milliseconds patience_{0};
    core::clock::time_point latest_{};  // that the deadline may become; before that without patience
    exchange_owner* owner_;
    bool waiting_ = true;
    mcp::request_kind kind_ = mcp::request_kind::other;
    std::optional<core::clock::time_point> begun_;  // if it is measured
    std::weak_ptr<child::link> link_;
    std::uint64_t number_ = 0;  // on link_; 0 if the call was not made
    std::weak_ptr<child_assignment> assignment_;
    const child::link* lent_ = nullptr;  // by assignment_; only tells which link
    child::fair_share::part part_;
    std::function<void(bool)> tell_;
    std::function<result_review(std::string_view)> review_;
};

}  // namespace bridge::session
