// A client of the modern era on children of the legacy era.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/core/activity.hpp"
#include "bridge/era/child_tasks.hpp"
#include "bridge/era/client_profile.hpp"
#include "bridge/era/listeners.hpp"
#include "bridge/era/modern_request.hpp"
#include "bridge/era/parked_calls.hpp"
#include "bridge/era/state_seal.hpp"
#include "bridge/era/told_log_level.hpp"
#include "bridge/era/tool_list.hpp"
#include "bridge/session/call_sender.hpp"
#include "bridge/session/call_set.hpp"
#include "bridge/session/session_identity.hpp"
#include "bridge/session/session_use.hpp"

namespace bridge::era {

/// All requests of one principal with one profile. A client of the modern era opens no session, but servers of the legacy era keep a state for their
/// client: open browsers, cursors, memory. So the requests of one principal go to one child, unless its assignment has one for each request.
class modern_client final : public child::slot_owner, private session::call_listener, public std::enable_shared_from_this<modern_client> {
public:
    /// `bounds` and `seal` must outlive it. `account` is the account of the principal; null for none.
    modern_client(core::executor executor, session::session_identity identity, client_profile profile, const core::limits& bounds, state_seal& seal,
                  core::memory_account_ptr account);

    const session::session_identity& who() const { return who_; }
    const client_profile& profile() const { return profile_; }
    void assign(std::shared_ptr<session::child_assignment> assignment) { assignment_ = std::move(assignment); }  ///< there is none before
    const std::shared_ptr<session::child_assignment>& assignment() const { return assignment_; }

    // ---- requests

    bool is_full() const { return calls_.size() + listeners_.size() + visits_.count() >= bounds_.exchanges_per_session; }
    const session::call_set& calls() const { return calls_; }
    /// Adds the call for the request `message`, whose answer goes to `out`.
    std::shared_ptr<session::exchange> begin(const jsonrpc::envelope& message, const modern_request& request, std::shared_ptr<session::stream> out,
                                             core::clock::time_point now);
    /// Sends the call, as `call_sender::send` does.
    boost::system::error_code send(const jsonrpc::envelope& message, const modern_request& request, const std::shared_ptr<session::exchange>& call,
                                   std::string* text);
    const std::shared_ptr<tool_list>& tools() const { return tools_; }
    const std::shared_ptr<told_log_level>& level() const { return level_; }
    /// True if a call waits that the raw `state` names, and whose request has the digest `repeated`.
    bool can_resume(std::string_view state, const core::digest& repeated) const;
    /// Continues that call with the answers in `request`; see `parked_calls::resume`. Null if the call does not wait any more.
    std::shared_ptr<session::exchange> resume(const jsonrpc::envelope& message, const modern_request& request, std::shared_ptr<session::stream> out,
                                              core::clock::time_point now, std::string* text = nullptr);
    parked_calls& parked() const { return *parked_; }
    /// The tasks that the client's children have made.
    child_tasks& tasks_of_child() { return child_tasks_; }
    /// Adds the listener `made`, subscribes it to the resources of its filter, and acknowledges what it gets.
    [[nodiscard]] static core::task<void> listen(std::shared_ptr<modern_client> self, std::shared_ptr<listener> made);
    void stop_listening(const listener& ended);
    const listeners& listening() const { return listeners_; }
    void end_listeners() { listeners_.end_all(); }
    /// Passes on a notification of a child about a list or a resource.
    void on_change(const jsonrpc::envelope& message);
    /// The child of `link`, its own or a shared one, has ended by itself.
    void on_lost_child(child::link& link);

    std::string_view server_info();  ///< the raw description of the server; empty as long as it is unknown

    // ---- life

    const session::session_use& use() const { return use_; }
    /// A request waits before it becomes a call: it counts already, and its client stays.
    [[nodiscard]] core::activity::token begin_visit() { return visits_.begin(); }
    bool is_busy() const;
    bool has_own_child() const { return assignment_->own() != nullptr && assignment_->own()->has_child(); }
    bool can_sleep() const;                                   ///< it has a child of its own, and would lose nothing with it but the server's state
    bool is_left() const { return !use_.was_answered(); }     ///< if it is not busy: nobody has waited for what its requests wanted
    void record_answered_visit() { use_.on_first_answer(); }  ///< a request got its answer without a call
    void sleep();
    void sweep(core::clock::time_point now);
    /// Ends everything: calls in flight fail with the error `reason`, and the child of its own is stopped.
    void close(const std::string& reason);

    // ---- as the owner of its own child
    void on_child_notification(child::link& link, const jsonrpc::envelope& message) override;
    void on_child_request(child::link& link, const jsonrpc::envelope& message) override;
    void on_child_failure(child::link& link) override;
    bool needs_child() const override { return !assignment_->has_child_for_each_call() && !listeners_.empty(); }
    std::string_view principal() const override { return who_.principal; }
    core::memory_account_ptr payer() const override { return account_; }
    child::own_requests to_repeat() const override;

private:
    std::shared_ptr<session::call_form> form_for(const jsonrpc::envelope& message, const modern_request& request, mcp::request_kind kind,
                                                 core::clock::time_point now);
    void on_task_changed(const jsonrpc::envelope& message);
    void on_call_settled(core::clock::time_point now) override { use_.on_answer(now); }
    session::stream* spare_stream() const override { return nullptr; }

    core::executor executor_;
    session::session_identity who_;
    client_profile profile_;
    const core::limits& bounds_;
    state_seal& seal_;
    core::memory_account_ptr account_;
    std::shared_ptr<session::child_assignment> assignment_;
    session::call_set calls_;
    session::call_sender sender_;
    std::shared_ptr<parked_calls> parked_;
    session::session_use use_;
    listeners listeners_;
    child_tasks child_tasks_;
    core::activity visits_;
    std::shared_ptr<tool_list> tools_ = std::make_shared<tool_list>(account_);
    std::optional<std::string> server_info_;  // read once
    std::shared_ptr<told_log_level> level_ = std::make_shared<told_log_level>(executor_);
};

}  // namespace bridge::era
