// A place for one child that opens itself.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/child_slot_state.hpp"
#include "bridge/child/children.hpp"
#include "bridge/child/handshake.hpp"
#include "bridge/child/slot_owner.hpp"
#include "bridge/child/wishes.hpp"
#include "bridge/core/activity.hpp"

namespace bridge::child {

/// Holds at most one child and its handshake. On first use the slot acquires the child from `children` and opens it with the handshake. After the
/// child has ended, the next use does so again, or the slot does it at once if the owner needs a child. It repeats the handshake and the settings
/// of the owner, so that the users notice only the lost calls. The destructor ends the child. `child_slot_state` has the states.
/// A child that a call had reached and that lived only shortly counts against the slot, not against the command: the call can be the reason. So the
/// slot has a restart policy of its own, and the calls of one client keep no other client from its child.
class child_slot final : public link_owner {
public:
    /// `children` and `bounds` must outlive it. It keeps no owner alive.
    static std::shared_ptr<child_slot> make(core::executor executor, children& children, const core::limits& bounds, handshake words,
                                            std::weak_ptr<slot_owner> owner, call_numbers numbers = call_numbers::in_order);
    ~child_slot() override;
    child_slot(const child_slot&) = delete;
    child_slot& operator=(const child_slot&) = delete;

    /// Replaces the owner: for a slot that was opened before its user was known. The child's place counts for `principal` from now on.
    void set_owner(std::weak_ptr<slot_owner> owner, std::string principal);

    /// The open link; null if there is none, so that `open` is needed.
    link* current() const { return link_ && state_.is(state::open) && link_->accepts_calls() ? link_.get() : nullptr; }

    /// Returns the open link. If there is none, starts and initialises a child first, unless `is_wanted` returns false for all callers that wait;
    /// if it is empty, the child is wanted. The start timeout bounds the handshake, and bounds once more each of these waits: for the restart
    /// policies, for a place, for the requests to repeat.
    [[nodiscard]] static core::task<granted<std::shared_ptr<link>>> open(std::shared_ptr<child_slot> self, when_full full = when_full::fail,
                                                                         std::function<bool()> is_wanted = {});

    /// Opens the slot in the background if the owner needs a child and there is none, and retries until that succeeds. Does nothing while asleep.
    void ensure();
    bool can_sleep() const { return current() != nullptr && link_->calls().size() == 0; }  ///< open, without a call in flight on its child
    /// Ends the child for `reason`; `can_sleep` must be true. Later messages of the child are dropped. Its end is no failure.
    void sleep(const std::string& reason);

    bool is_asleep() const { return state_.is(state::asleep) || state_.is(state::waking); }
    /// Why the slot cannot be opened at the moment, not even after a wait; nothing while it is open or being opened.
    std::optional<refusal> current_refusal() const;
    /// The last failure of a crash loop of this slot, as long as no later success has shown that its cause is gone; empty otherwise.
    std::string unresolved_failure();

    bool has_child() const { return link_ != nullptr; }                               ///< from its start to its end
    void on_child(std::function<void(bool)> learn) { on_child_ = std::move(learn); }  ///< `learn` gets each change of `has_child`; it never throws
    /// The child's answer to `initialize`, raw; empty before the first opening.
    const std::string& initialize_result() const { return initialize_result_; }
    /// The answer of a child of the modern era to `server/discover`, raw; empty before the first opening, and for a child of the legacy era.
    const std::string& discover_result() const { return discover_result_; }
    void set_announced() { announce_again_ = true; }  ///< `notifications/initialized` was sent; later starts repeat it
    /// Ends the child, if there is one, and starts no other. Calls in flight are lost for `reason`.
    void close(const std::string& reason);

    void on_notification(link& source, const jsonrpc::envelope& message) override;
    void on_request(link& source, const jsonrpc::envelope& message) override;
    void on_failure(link& source) override;
    void on_end(link& source) override;
    bool serves_several() const override;
    core::memory_account_ptr payer() const override;

private:
    class opener;
    class unfinished_start;
    using state = child_slot_state;
    child_slot(core::executor executor, children& children, const core::limits& bounds, handshake words, std::weak_ptr<slot_owner> owner,
               call_numbers numbers);
    core::task<granted<std::shared_ptr<link>>> start(when_full full);
    core::task<granted<std::shared_ptr<link>>> start_one(when_full full, opening_era& chosen);
    core::task<granted<std::shared_ptr<link>>> wait_for_other_opener();
    core::task<std::optional<refusal>> shake_hands(std::shared_ptr<link>& started, opening_era chosen);
    core::task<void> report(link& started);
    static core::task<granted<std::shared_ptr<link>>> try_to_open(std::shared_ptr<child_slot> self);
    static core::task<void> keep(std::shared_ptr<child_slot> self, core::activity::token keeping);
    bool is_being_opened() const { return state_.is(state::opening) || state_.is(state::waking); }
    bool is_closed() const { return state_.is(state::closed); }
    bool lacks_child() const;
    void set_link(std::shared_ptr<link> next);
    std::string holder() const;
    void pay();
    bool has_proven_words() const;
    core::executor executor_;
    children& children_;
    const core::limits& bounds_;
    handshake handshake_;
    call_numbers numbers_;
    std::weak_ptr<slot_owner> owner_;
    std::optional<std::string> holder_;  // the principal that the place counts for; the owner says it if this is not set
    std::weak_ptr<child_slot> self_;
    std::shared_ptr<link> link_;
    std::function<void(bool)> on_child_;
    restart_policy policy_;
    core::guarded_state<state, child_slot_changes> state_{state::empty};
    when_full opens_if_full_ = when_full::fail;  // of the attempt in progress
    bool was_doubtful_ = false;                  // a child has ended on its first call
    core::activity keeping_;                     // `keep` runs
    core::activity trying_;                      // the child is opened in an era that is only tried
    std::string close_reason_;                   // empty before `close`
    bool announce_again_ = false;
    std::shared_ptr<granted<std::shared_ptr<link>>> attempt_;  // the outcome of the last attempt
    std::size_t openings_settled_ = 0;
    wishes wishes_;  // of the callers of `open`
    std::string initialize_result_;
    std::string discover_result_;
    core::memory_charge handshake_charge_;  // for the words and the results
    boost::asio::basic_waitable_timer<core::clock, boost::asio::wait_traits<core::clock>, core::executor> settled_;
};

}  // namespace bridge::child
