#include "bridge/child/pool.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::child {
namespace {

// The value of Retry-After for a request that may not even wait: the smallest possible.
constexpr std::chrono::milliseconds when_to_come_again{1'000};

}  // namespace

// A request that waits for a slot. It is in the line until it is settled.
class pool::waiter {
public:
    waiter(pool& owning_pool, std::weak_ptr<slot_owner> owner_of_slot, std::string paying_principal, use wanted_use,
           std::function<bool()> is_wanted_now)
        : owner(std::move(owner_of_slot)), principal(std::move(paying_principal)), wanted(wanted_use), is_wanted(std::move(is_wanted_now)),
          settled(owning_pool.executor_), pool_(owning_pool), part_(owning_pool.shares_.want(principal)) {
        pool_.waiters_.push_back(this);
    }
    ~waiter() {
        if (waits_) std::erase(pool_.waiters_, this);
    }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    std::weak_ptr<slot_owner> owner;
    std::string principal;
    use wanted;
    std::function<bool()> is_wanted;  // empty: always
    granted<std::shared_ptr<child_slot>> outcome;
    core::event settled;

    /// Removes it from the line.
    void settle(granted<std::shared_ptr<child_slot>> result) {
        outcome = std::move(result);
        std::erase(pool_.waiters_, this);
        waits_ = false;
        settled.notify();
    }

private:
    pool& pool_;
    bool waits_ = true;
    fair_share::part part_;
};

std::shared_ptr<pool> pool::make(core::executor executor, children& source, const core::limits& bounds, handshake words, std::size_t size,
                                 std::weak_ptr<slot_owner> owner) {
    std::shared_ptr<pool> made(new pool(executor, source, bounds, std::move(words), size, std::move(owner)));
    made->self_ = made;
    source.places().add_reserve(made);
    made->refiller_->check();
    return made;
}

pool::pool(core::executor executor, children& source, const core::limits& bounds, handshake words, std::size_t size, std::weak_ptr<slot_owner> owner)
    : executor_(executor), children_(source), bounds_(bounds), handshake_(std::move(words)), size_(size), first_owner_(std::move(owner)),
      shares_(bounds.children), refiller_(refiller::make(executor, {.lacks = [this] { return lacks(); },
                                                                    .add = [this] { start_opening(when_full::fail); },
                                                                    .next = [this] { return children_.next_start(); }})) {}

pool::~pool() {
    refiller_->stop();
}

// ---- handing out

std::shared_ptr<child_slot> pool::acquire_open(std::weak_ptr<slot_owner> owner) {
    const auto found = std::ranges::find_if(ready_, [](const auto& each) { return each->current() != nullptr; });
    if (found == ready_.end()) return nullptr;
    std::shared_ptr<child_slot> out = std::move(*found);
    ready_.erase(found);
    out->set_owner(std::move(owner));
    refiller_->check();
    return out;
}

core::task<granted<std::shared_ptr<child_slot>>> pool::open(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner, std::string principal,
                                                            std::function<bool()> is_wanted) {
    return wait_for_slot(std::move(self), std::move(owner), std::move(principal), use::of_slot, std::move(is_wanted));
}

core::task<granted<std::string>> pool::learn_initialize_result(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner, std::string principal) {
    const auto opened = co_await wait_for_slot(self, std::move(owner), std::move(principal), use::of_answer, {});
    if (!opened) co_return opened.error();
    std::string result = (*opened)->initialize_result();
    self->discover_result_ = (*opened)->discover_result();
    self->give_back(*opened);
    co_return result;
}

// Nobody has called the child, so that it is as good as a new one.
void pool::give_back(std::shared_ptr<child_slot> unused) {
    link* const source = unused->current();
    if (source == nullptr) return;
    if (closed_ || (waiters_.empty() && ready_.size() >= size_)) {
        source->set_disposable();
        return unused->close("its answer to initialize was all that was needed");
    }
    unused->set_owner(first_owner_);
    settle(std::move(unused));
}

core::task<granted<std::shared_ptr<child_slot>>> pool::wait_for_slot(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner,
                                                                     std::string principal, use wanted, std::function<bool()> is_wanted) {
    const std::shared_ptr<child_slot> ready = self->acquire_open(owner);
    if (ready) co_return ready;
    self->drop_unwanted();
    // Other requests may have arrived since the call of `current_refusal`.
    const std::optional<refusal> refused = self->too_many_wait(principal);
    if (refused) co_return *refused;
    self->admit_to_line(principal);
    waiter mine(*self, std::move(owner), std::move(principal), wanted, std::move(is_wanted));
    self->cover_waiters();
    // This wait has an end: the openings are bounded in time, and each settles one waiter.
    co_await mine.settled.wait_until(core::clock::time_point::max());
    co_return std::move(mine.outcome);
}

std::optional<refusal> pool::current_refusal(std::string_view principal) const {
    if (!ready_.empty()) return std::nullopt;
    if (auto refused = too_many_wait(principal)) return refused;
    return children_.current_refusal();
}

std::vector<std::string_view> pool::principals_in_line() const {
    std::vector<std::string_view> out;
    for (const waiter* each : waiters_) out.push_back(each->principal);
    return out;
}

// Why `newcomer` may not wait; nothing if the line has room, or if another request must make room.
std::optional<refusal> pool::too_many_wait(std::string_view newcomer) const {
    if (waiters_.size() < bounds_.waiting_requests) return std::nullopt;
    if (shares_.refused(principals_in_line(), newcomer) != waiters_.size()) return std::nullopt;
    core::meters().count_hit(core::bound::waiting_requests);
    return refusal::at_limit(std::to_string(waiters_.size()) + " requests wait for a server process already", when_to_come_again);
}

// The clients of these requests have left.
void pool::drop_unwanted() {
    const auto all = waiters_;
    for (waiter* const each : all) {
        if (each->is_wanted && !each->is_wanted()) each->settle(refusal::failed("the client has left"));
    }
}

// If the line is full, refuses a waiter to make room.
void pool::admit_to_line(std::string_view newcomer) {
    if (waiters_.size() < bounds_.waiting_requests) return;
    core::meters().count_hit(core::bound::waiting_requests);
    refusal refused =
        refusal::at_limit(std::to_string(waiters_.size()) + " requests wait for a server process already, most of them yours", when_to_come_again);
    settle_one(shares_.refused(principals_in_line(), newcomer), std::move(refused));
}

// Hands the slot to the next waiter, or keeps it ready; releases a slot that is not needed.
void pool::settle(granted<std::shared_ptr<child_slot>> outcome) {
    drop_unwanted();
    if (waiters_.empty()) {
        if (outcome && !closed_ && ready_.size() < size_) ready_.push_back(*std::move(outcome));
        return;
    }
    settle_one(shares_.first(principals_in_line()), std::move(outcome));
}

void pool::settle_one(std::size_t index, granted<std::shared_ptr<child_slot>> outcome) {
    waiter& settled = *waiters_[index];
    if (outcome) (*outcome)->set_owner(settled.owner);
    settled.settle(std::move(outcome));
}

// ---- opening

bool pool::lacks() const {
    const auto used = static_cast<std::size_t>(std::ranges::count(waiters_, use::of_slot, &waiter::wanted));
    return !closed_ && ready_.size() + openings_.count() < size_ + used && children_.has_room();
}

void pool::cover_waiters() {
    drop_unwanted();
    while (openings_.count() < waiters_.size()) start_opening(when_full::wait);
}

void pool::start_opening(when_full full) {
    const core::coroutine_name named{"pool.open", "the request that has waited the longest for a server process is told so"};
    auto work = [self = self_.lock(), opening = openings_.begin(), full]() mutable { return run_opening(self, std::move(opening), full); };
    core::spawn(executor_, named, std::move(work), [self = self_.lock()] { self->record_failed_opening(); });
}

// Does not start another opening in its place, because that could fail as fast, and so without end.
void pool::record_failed_opening() {
    if (openings_.count() >= waiters_.size()) return;
    settle(refusal::failed("the bridge failed while it opened a server process"));
}

// A slot that is being opened. It is in the list of those slots as long as the object lives.
class pool::opening_slot {
public:
    opening_slot(pool& owning_pool, std::shared_ptr<child_slot> opened) : pool_(owning_pool), slot_(std::move(opened)) {
        pool_.opening_.push_back(slot_);
    }
    ~opening_slot() { std::erase(pool_.opening_, slot_); }
    opening_slot(const opening_slot&) = delete;
    opening_slot& operator=(const opening_slot&) = delete;

    bool was_yielded() const { return std::ranges::find(pool_.opening_, slot_) == pool_.opening_.end(); }

private:
    pool& pool_;
    std::shared_ptr<child_slot> slot_;
};

core::task<void> pool::run_opening(std::shared_ptr<pool> self, core::activity::token opening, when_full full) {
    // In a turn of its own, so that no caller receives the outcome in the middle of its own work.
    co_await boost::asio::post(self->executor_, core::nothrow);
    core::pass("pool.open");
    // An opening ahead of need does not wait for a place, and does not take a place for which a claim waits.
    if (full == when_full::wait || self->children_.has_room()) co_await self->open_one(full);
    opening.end();
    self->cover_waiters();
    self->refiller_->check();
}

core::task<void> pool::open_one(when_full full) {
    std::shared_ptr<child_slot> made = child_slot::make(executor_, children_, bounds_, handshake_, first_owner_);
    granted<std::shared_ptr<link>> opened;
    {
        const opening_slot mine(*this, made);
        opened = co_await child_slot::open(made, full);
        if (mine.was_yielded()) co_return;
    }
    if (opened) {
        settle(std::move(made));
    } else {
        settle(opened.error());
    }
}

// ---- as a reserve

std::size_t pool::initialising() const {
    return static_cast<std::size_t>(std::ranges::count_if(opening_, [](const auto& each) { return each->has_child(); }));
}

void pool::yield() {
    std::shared_ptr<child_slot> given;
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
