// A place for one child that opens itself.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/children.hpp"
#include "bridge/child/repetition.hpp"
#include "bridge/core/activity.hpp"

namespace bridge::child {

/// Receives what the child in a seat sends of its own accord.
class seat_owner {
public:
    virtual ~seat_owner() = default;
    virtual void on_child_notification(link& from, const jsonrpc::envelope& message) = 0;
    /// `ping` never comes here.
    virtual void on_child_request(link& from, const jsonrpc::envelope& message) = 0;
    /// True if the calls of several clients go to this seat.
    virtual bool serves_several() const { return false; }
    /// The principal that the child's place counts for; empty if it is nobody's own.
    virtual std::string_view principal() const { return {}; }
    /// The child ends without having been told to; its calls are told right after this.
    virtual void on_child_failure(link&) {}
    /// True if it wants its child back as soon as one ends, and not only with the next call.
    virtual bool needs_child() const { return false; }
    /// Pays for what the child writes and for what waits to be written to it; null for the account that all share.
    virtual core::memory_account_ptr payer() const { return {}; }
    /// What a new child must be asked before any call, so that it is as the last one was.
    virtual repeated_requests to_repeat() const { return {}; }
};

/// Holds at most one child at a time and its handshake. The child is taken from `children` and initialised on first use,
/// and again on the next use after it ended, or at once if the owner needs it; the handshake that was given is repeated
/// then, and what the owner has set, so that whoever uses the seat notices nothing but the lost calls. A seat that is let
/// go of ends its child. States:
///
///     empty     no child, or one that has ended
///     opening   a child is being started and initialised; callers of `open` wait for the same one
///     open      the link takes calls
///     asleep    its child was ended to make room for another: `open` starts one again, but the owner's need for one does not
///     closed    for good
///
/// Short lives of children that a call had reached are the caller's doing: they count against the seat, which has a restart
/// policy of its own, and not against the command, so that one client's calls keep nobody else from getting a child.
class seat final : public link_owner {
public:
    /// What opens the connection.
    struct handshake {
        std::string params;      ///< of `initialize`, raw
        bool announce = false;   ///< the seat sends `notifications/initialized` itself from the first start on
        bool is_own = false;     ///< the words are the bridge's: a child that refuses them has failed
        bool is_shared = false;  ///< the calls of several clients go to the seat, and so get random numbers
    };

    /// `from`, `bounds` and `name` must outlive the seat; an owner that is gone hears nothing.
    static std::shared_ptr<seat> make(core::executor where, children& from, const core::limits& bounds, handshake opening_words,
                                      std::weak_ptr<seat_owner> owner);

    ~seat() override;
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;

    /// Gives it another owner: for a seat that was opened before it was known who would need it.
    void set_owner(std::weak_ptr<seat_owner> owner);

    /// The open link at once, null if there is none: then `open` is needed.
    link* current() const { return link_ && state_ == state::open && link_->takes_calls() ? link_.get() : nullptr; }

    /// Gives the open link, after starting and initialising a child if there is none. Bounded by the start timeout, and by
    /// the same again for each of these: the delays of the restart policies, a place, the requests to repeat.
    [[nodiscard]] static core::task<granted<std::shared_ptr<link>>> open(std::shared_ptr<seat> self, when_full full = when_full::fail);

    /// Opens it in the background if the owner needs a child and it has none, as often as that takes. Does nothing while it is asleep.
    void ensure();

    /// True if it is open and nothing is in flight on its child.
    bool can_sleep() const { return current() != nullptr && link_->calls().size() == 0; }

    /// Ends the child, which `can_sleep` must allow, for `reason`. What the child still says is dropped. Its end is no failure.
    void sleep(const std::string& reason);

    bool is_asleep() const { return state_ == state::asleep; }

    /// Why it cannot be opened at the moment, not even by waiting; nothing while it is open or being opened.
    std::optional<refusal> current_refusal() const;

    /// The short life of a child that made a crash loop of it, which is not known to be over; empty if there is none.
    std::string trouble();

    /// True from the start of a child to its end.
    bool has_child() const { return link_ != nullptr; }

    /// The child's answer to `initialize`, raw; empty before the first opening.
    const std::string& initialize_result() const { return initialize_result_; }

    /// Says that `notifications/initialized` was sent, so that a later start repeats it.
    void set_announced() { announce_again_ = true; }

    /// Ends the child, if there is one, and starts no other; calls in flight are told `reason`.
    void close(const std::string& reason);

    void on_notification(link& from, const jsonrpc::envelope& message) override;
    void on_request(link& from, const jsonrpc::envelope& message) override;
    void on_failure(link& from) override;
    void on_end(link& from) override;
    bool serves_several() const override;
    core::memory_account_ptr payer() const override;

private:
    class first_answer;
    class opener;
    class unfinished_start;

    // What can be done with the child. Whether one is being opened, and whether the seat is closed, is said apart: both are so in
    // any of these states.
    enum class state {
        empty,   // nothing: there is none, or its handshake is not done, or it has ended
        open,    // its handshake is done; it takes calls until its link ends
        asleep,  // nothing, and nobody wants one: it was ended because its place was needed more
    };

    seat(core::executor where, children& from, const core::limits& bounds, handshake opening_words, std::weak_ptr<seat_owner> owner);
    core::task<granted<std::shared_ptr<link>>> start(when_full full);
    core::task<granted<std::shared_ptr<link>>> wait_for_other_opener();
    core::task<std::optional<refusal>> initialise(link& started);
    static core::task<granted<std::shared_ptr<link>>> try_to_open(std::shared_ptr<seat> self);
    static core::task<void> keep(std::shared_ptr<seat> self, core::activity::token keeping);
    bool lacks_child() const;
    void pay();
    // They cannot be what a child fails of.
    bool has_proven_words() const { return handshake_.is_own || !initialize_result_.empty(); }

    core::executor where_;
    children& children_;
    const core::limits& bounds_;
    handshake handshake_;
    std::weak_ptr<seat_owner> owner_;
    std::weak_ptr<seat> self_;
    std::shared_ptr<link> link_;
    restart_policy policy_;
    state state_ = state::empty;
    bool opening_ = false;                       // by an `opener`
    when_full opens_if_full_ = when_full::fail;  // while opening_
    bool was_doubtful_ = false;                  // a child has ended on its first call
    core::activity keeping_;                     // opens itself in the background
    std::optional<std::string> closed_;          // for good, and why
    bool announce_again_ = false;
    granted<std::shared_ptr<link>> last_;  // for those who waited for another's opening
    std::size_t openings_settled_ = 0;
    std::string initialize_result_;
    core::memory_charge handshake_charge_;  // of the words and of the result
    boost::asio::basic_waitable_timer<core::clock, boost::asio::wait_traits<core::clock>, core::executor> settled_;
};

}  // namespace bridge::child
