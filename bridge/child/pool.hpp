// Children that are started and initialised ahead of need, for those who need a fresh one.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "bridge/child/seat.hpp"
#include "bridge/core/activity.hpp"

namespace bridge::child {

/// Opens seats in one and the same handshake and hands each out once. It keeps some ready ahead, as far as there is room:
/// they count as children, but are given up when anybody needs their place. Those who wait are served as `fair_share` says, by
/// whichever seat is open first. One that ends unused is noticed and replaced, as the restart policy allows.
class pool final : public reserve {
public:
    /// Keeps `size` seats ready from now on; 0 is allowed. `from` and `bounds` must outlive it. Its handshake must announce
    /// itself, since nobody else does.
    static std::shared_ptr<pool> make(core::executor where, children& from, const core::limits& bounds, seat::handshake opening_words,
                                      std::size_t size);
    ~pool() override;
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    /// An open seat at once, null if none is ready. From now on `owner` hears what its child sends of its own accord. The
    /// seat's child ends with `seat::close`, or when the seat is let go of.
    std::shared_ptr<seat> take_open(std::weak_ptr<seat_owner> owner);

    /// The same for `principal`, but waits for one if none is ready: first for a place if as many children run as may (at most
    /// `limits.start_timeout`), then for the handshake (at most the same again). If already `limits.waiting_requests` wait, one of
    /// them has to go, or this fails at once, as `fair_share` says.
    [[nodiscard]] static core::task<granted<std::shared_ptr<seat>>> open(std::shared_ptr<pool> self, std::weak_ptr<seat_owner> owner,
                                                                         std::string principal);

    /// Why `principal` can have no seat at the moment, not even by waiting. To be asked for a request that is then not sent: it is
    /// counted.
    std::optional<refusal> current_refusal(std::string_view principal) const;

    /// How its seats are shared out. The user of a seat holds a part of it.
    fair_share& shares() { return shares_; }

    /// Seats that are ready.
    std::size_t count() const { return ready_.size(); }

    bool can_yield() const override { return !ready_.empty() || initialising() > waiters_.size(); }
    void yield() override;
    void on_child_end() override;
    void look() override { refiller_->check(); }
    void on_close() override;

private:
    class waiter;

    pool(core::executor where, children& from, const core::limits& bounds, seat::handshake opening_words, std::size_t size);
    class opening_seat;

    static core::task<void> run_opening(std::shared_ptr<pool> self, core::activity::token opening, when_full full);
    void note_failed_opening();
    core::task<void> open_one(when_full full);
    void start_opening(when_full full);
    void settle(granted<std::shared_ptr<seat>> outcome);
    void cover_waiters();
    std::vector<std::string_view> principals_in_line() const;
    std::optional<refusal> too_many_wait(std::string_view newcomer) const;
    void admit_to_line(std::string_view newcomer);
    void settle_one(std::size_t which, granted<std::shared_ptr<seat>> outcome);
    bool lacks() const;
    std::size_t initialising() const;

    core::executor where_;
    children& children_;
    const core::limits& bounds_;
    const seat::handshake handshake_;
    const std::size_t size_;
    fair_share shares_;
    std::weak_ptr<pool> self_;
    std::deque<std::shared_ptr<seat>> ready_;     // the oldest first
    std::vector<std::shared_ptr<seat>> opening_;  // those that wait for a place, or whose child is being initialised
    std::deque<waiter*> waiters_;                 // never more than openings_; none while a seat is ready
    core::activity openings_;                     // coroutines that fill opening_
    std::shared_ptr<refiller> refiller_;          // of ready_
    bool closed_ = false;
};

}  // namespace bridge::child
