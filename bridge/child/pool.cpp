#include "bridge/child/pool.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::child {
namespace {

// For whom there is no place even to wait: the least that Retry-After can say.
constexpr std::chrono::milliseconds when_to_come_again{1'000};

}  // namespace

// Somebody who waits for a seat; stands in the line until it is settled.
class pool::waiter {
public:
    waiter(pool& of, std::weak_ptr<seat_owner> who)
        : owner(std::move(who)), settled(of.where_), pool_(of), at_(of.waiters_.insert(of.waiters_.end(), this)) {}
    ~waiter() {
        if (waits_) pool_.waiters_.erase(at_);
    }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    std::weak_ptr<seat_owner> owner;
    grant outcome;
    core::event settled;

    /// Takes it out of the line.
    void settle(grant with) {
        outcome = std::move(with);
        pool_.waiters_.erase(at_);
        waits_ = false;
        settled.notify();
    }

private:
    pool& pool_;
    std::list<waiter*>::iterator at_;
    bool waits_ = true;
};

std::shared_ptr<pool> pool::make(core::executor where, children& from, const core::limits& bounds,
                                 seat::handshake opening_words, std::size_t size) {
    std::shared_ptr<pool> made(new pool(where, from, bounds, std::move(opening_words), size));
    made->self_ = made;
    from.add_reserve(made);
    made->refiller_->check();
    return made;
}

pool::pool(core::executor where, children& from, const core::limits& bounds, seat::handshake opening_words,
           std::size_t size)
    : where_(where),
      children_(from),
      bounds_(bounds),
      handshake_(std::move(opening_words)),
      size_(size),
      refiller_(refiller::make(where, {.lacks = [this] { return lacks(); },
                                       .add = [this] { start_opening(when_full::fail); },
                                       .next = [this] { return children_.next_start(); }})) {}

pool::~pool() {
    refiller_->stop();
}

// ---- handing out

std::shared_ptr<seat> pool::take_open(std::weak_ptr<seat_owner> owner) {
    const auto found = std::ranges::find_if(ready_, [](const auto& each) { return each->current() != nullptr; });
    if (found == ready_.end()) return nullptr;
    std::shared_ptr<seat> out = std::move(*found);
    ready_.erase(found);
    out->set_owner(std::move(owner));
    refiller_->check();
    return out;
}

core::task<pool::grant> pool::open(std::shared_ptr<pool> self, std::weak_ptr<seat_owner> owner) {
    grant outcome;
    outcome.place = self->take_open(owner);
    if (outcome.place) co_return outcome;
    // Others can have come since `refusal` was asked.
    if (auto refused = self->too_many_wait()) {
        outcome.set_reason(*refused);
        co_return outcome;
    }
    waiter mine(*self, std::move(owner));
    self->cover_waiters();
    // The openings are bounded, and each settles one that waits.
    co_await mine.settled.wait_until(core::clock::time_point::max());
    co_return std::move(mine.outcome);
}

std::optional<start_refusal> pool::refusal() const {
    if (!ready_.empty()) return std::nullopt;
    if (auto refused = too_many_wait()) return refused;
    return children_.refusal();
}

std::optional<start_refusal> pool::too_many_wait() const {
    if (waiters_.size() < bounds_.waiting_requests) return std::nullopt;
    core::meters().note_hit(core::bound::waiting_requests);
    return start_refusal{std::to_string(waiters_.size()) + " requests wait for a server process already", when_to_come_again};
}

// Gives it to the first who waits, or keeps it; a seat that nobody needs is let go of.
void pool::settle(grant outcome) {
    if (waiters_.empty()) {
        if (outcome.place && !closed_ && ready_.size() < size_) ready_.push_back(std::move(outcome.place));
        return;
    }
    waiter& first = *waiters_.front();
    if (outcome.place) outcome.place->set_owner(first.owner);
    first.settle(std::move(outcome));
}

// ---- opening

bool pool::lacks() const {
    return !closed_ && ready_.size() + openings_.count() < size_ + waiters_.size() && children_.has_room();
}

void pool::cover_waiters() {
    while (openings_.count() < waiters_.size()) start_opening(when_full::wait);
}

void pool::start_opening(when_full full) {
    const core::coroutine_name named{"pool.open", "the request that has waited the longest for a server process is told so"};
    auto work = [self = self_.lock(), opening = openings_.begin(), full]() mutable { return run_opening(self, std::move(opening), full); };
    core::spawn(where_, named, std::move(work), [self = self_.lock()] { self->note_failed_opening(); });
}

// Another opening in its place could fail as fast, and without end.
void pool::note_failed_opening() {
    if (openings_.count() >= waiters_.size()) return;
    grant outcome;
    outcome.failure = "the bridge failed while it opened a server process";
    settle(std::move(outcome));
}

// A seat that is being opened, in the list of those as long as this lives.
class pool::opening_seat {
public:
    opening_seat(pool& of, std::shared_ptr<seat> which) : of_(of), which_(std::move(which)) { of_.opening_.push_back(which_); }
    ~opening_seat() { std::erase(of_.opening_, which_); }
    opening_seat(const opening_seat&) = delete;
    opening_seat& operator=(const opening_seat&) = delete;

    bool was_yielded() const { return std::ranges::find(of_.opening_, which_) == of_.opening_.end(); }

private:
    pool& of_;
    std::shared_ptr<seat> which_;
};

core::task<void> pool::run_opening(std::shared_ptr<pool> self, core::activity::token opening, when_full full) {
    // In a turn of its own, so that nobody is in the middle of something when it is told of the outcome.
    co_await boost::asio::post(self->where_, core::nothrow);
    core::pass("pool.open");
    // What is kept ready neither waits for a place nor takes one that somebody waits for.
    if (full == when_full::wait || self->children_.has_room()) co_await self->open_one(full);
    opening.end();
    self->cover_waiters();
    self->refiller_->check();
}

core::task<void> pool::open_one(when_full full) {
    std::shared_ptr<seat> made = seat::make(where_, children_, bounds_, handshake_, {});
    seat::opening opened;
    {
        const opening_seat mine(*this, made);
        opened = co_await seat::open(made, full);
        if (mine.was_yielded()) co_return;
    }
    grant outcome;
    if (opened.to) {
        outcome.place = std::move(made);
    } else {
        outcome.set_reason(std::move(opened));
    }
    settle(std::move(outcome));
}

// ---- as a reserve

std::size_t pool::initialising() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(opening_, [](const auto& each) { return each->has_child(); }));
}

void pool::yield() {
    std::shared_ptr<seat> given;
    if (!ready_.empty()) {
        given = std::move(ready_.back());
        ready_.pop_back();
    } else {
        const auto found = std::ranges::find_if(opening_, [](const auto& each) { return each->has_child(); });
        given = std::move(*found);
        opening_.erase(found);
    }
    given->close("its place is needed");
}

void pool::on_child_end() {
    std::erase_if(ready_, [](const auto& each) { return each->current() == nullptr; });
    refiller_->check();
}

void pool::on_close() {
    closed_ = true;
    refiller_->stop();
    ready_.clear();
}

}  // namespace bridge::child
