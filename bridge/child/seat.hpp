// A place for one child that opens itself.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/children.hpp"
#include "bridge/child/repetition.hpp"

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
    /// The child ends without having been told to; its calls are told right after this.
    virtual void on_child_failure(link&) {}
    /// True if it wants its child back as soon as one ends, and not only with the next call.
    virtual bool needs_child() const { return false; }
    /// Pays for what the child writes and for what waits to be written to it; null for the account that all share.
    virtual core::memory_account_ptr account() const { return {}; }
    /// What a new child must be asked before any call, so that it is as the last one was.
    virtual std::vector<repeated_request> to_repeat() const { return {}; }
};

/// Holds at most one child at a time and its handshake. The child is taken from `children` and initialised on first use,
/// and again on the next use after it ended, or at once if the owner needs it; the handshake that was given is repeated
/// then, and what the owner has set, so that whoever uses the seat notices nothing but the lost calls. A seat that is let
/// go of ends its child. States:
///
///     empty     no child, or one that has ended
///     opening   a child is being started and initialised; callers of `open` wait for the same one
///     open      the link takes calls
///     closed    for good
///
/// Short lives of children that a call had reached are the caller's doing: they count against the seat, which has a restart
/// policy of its own, and not against the command, so that one client's calls keep nobody else from getting a child.
class seat final : public link_owner {
public:
    /// What opens the connection.
    struct handshake {
        std::string params;         ///< of `initialize`, raw
        bool announce = false;      ///< the seat sends `notifications/initialized` itself from the first start on
        bool is_own = false;        ///< the words are the bridge's: a child that refuses them has failed
    };

    /// The outcome of opening.
    struct opening {
        std::shared_ptr<link> to;    ///< null if it failed
        std::string failure;         ///< one sentence, if it failed
        std::string refusal;         ///< the child's own error object, raw, if it answered `initialize` with one
        bool at_limit = false;       ///< nothing was tried: as many children as may run do, or they keep failing
        std::chrono::milliseconds retry_after{0};  ///< when to come again, if that is known
    };

    /// `from`, `bounds` and `name` must outlive the seat; an owner that is gone hears nothing.
    static std::shared_ptr<seat> make(core::executor where, children& from, const core::limits& bounds,
                                      handshake opening_words, std::weak_ptr<seat_owner> owner);

    ~seat() override;
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;

    /// Gives it another owner: for a seat that was opened before it was known who would need it.
    void set_owner(std::weak_ptr<seat_owner> owner);

    /// The open link at once, null if there is none: then `open` is needed.
    link* current() const { return link_ && opened_ && link_->takes_calls() ? link_.get() : nullptr; }

    /// Gives the open link, after starting and initialising a child if there is none. Bounded by the start timeout, and by
    /// the same again for each of these: the delays of the restart policies, a place, the requests to repeat.
    static core::task<opening> open(std::shared_ptr<seat> self, when_full full = when_full::fail);

    /// Opens it in the background if the owner needs a child and it has none, as often as that takes.
    void ensure();

    /// Why it cannot be opened at the moment, not even by waiting; nothing while it is open or being opened.
    std::optional<start_refusal> refusal() const;

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
    core::memory_account_ptr account() const override;

private:
    class first_answer;

    seat(core::executor where, children& from, const core::limits& bounds, handshake opening_words,
         std::weak_ptr<seat_owner> owner);
    core::task<opening> start(when_full full);
    core::task<opening> wait_for_other_opener();
    core::task<bool> initialise(link& started, opening& outcome);
    static core::task<void> keep(std::shared_ptr<seat> self);
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
    bool opened_ = false;          // the handshake of link_ is done
    bool opening_ = false;
    bool was_doubtful_ = false;    // a child has ended on its first call
    bool keeping_ = false;         // opens itself in the background
    std::optional<std::string> closed_;  // for good, and why
    bool announce_again_ = false;
    opening last_;                 // for those who waited for another's opening
    std::string initialize_result_;
    core::memory_charge handshake_charge_;  // of the words and of the result
    boost::asio::basic_waitable_timer<core::clock, boost::asio::wait_traits<core::clock>, core::executor> settled_;
};

}  // namespace bridge::child
