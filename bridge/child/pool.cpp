#include "bridge/child/pool.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::child {
// A request that waits for a slot. It is in the line until it is settled.
class pool::waiter final : public pool_line::request {
public:
    waiter(pool& owning_pool, std::weak_ptr<slot_owner> owner_of_slot, std::string paying_principal, use wanted_use, std::function<bool()> is_wanted)
        : request(owning_pool.line_, std::move(paying_principal), wanted_use), owner(std::move(owner_of_slot)), settled(owning_pool.executor_) {
        const auto tell = [this](refusal reason) { settle(std::move(reason)); };
        place_.emplace(owning_pool.children_.places().waiting(), principal(), std::move(is_wanted), tell);
    }

    std::weak_ptr<slot_owner> owner;
    granted<std::shared_ptr<child_slot>> outcome;
    core::event settled;

    /// Removes it from the line.
    void settle(granted<std::shared_ptr<child_slot>> result) {
        outcome = std::move(result);
        leave();
        place_.reset();
        settled.notify();
    }

    bool is_still_wanted() override { return place_->is_still_wanted(); }

private:
    std::optional<waiting_line::place> place_;  // as long as it is in the line
};

// A slot that is being opened, ahead of need or for a request of one principal. It is in the line until the object is destroyed, or until its child
// is not needed any more.
class pool::opening final : public pool_line::opening {
public:
    opening(std::shared_ptr<pool> owning_pool, const pool_line::request* waiting)
        : pool_line::opening(owning_pool->line_), slot(child_slot::make(owning_pool->executor_, owning_pool->children_, owning_pool->bounds_,
                                                                        owning_pool->handshake_, owning_pool->first_owner_)),
          pool_(std::move(owning_pool)) {
        slot->set_owner(pool_->first_owner_, {});
        slot->on_child([this](bool has_child) { set_started(has_child); });
        if (waiting != nullptr) take_over(*waiting);
    }
    ~opening() { slot->on_child({}); }
    opening(const opening&) = delete;
    opening& operator=(const opening&) = delete;

    /// It is opened for the request `waiting` from now on.
    void take_over(const pool_line::request& waiting) {
        serve(waiting.principal());
        slot->set_owner(pool_->first_owner_, waiting.principal());
    }

    /// Drops it if no request needs its child, which was not started yet. Returns false then.
    bool is_needed() {
        if (!is_dropped() && !is_wanted()) drop();
        return !is_dropped();
    }

    const std::shared_ptr<child_slot> slot;

private:
    std::shared_ptr<pool> pool_;
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
      line_(source.places().shares()),
      refiller_(refiller::make(
          executor,
          {.lacks = [this] { return lacks(); }, .add = [this] { start_opening(nullptr); }, .next = [this] { return children_.next_start(); }})) {}

pool::~pool() {
    refiller_->stop();
}

// ---- handing out

std::shared_ptr<child_slot> pool::acquire_open(std::weak_ptr<slot_owner> owner, std::string principal) {
    const auto found = std::ranges::find_if(ready_, [](const auto& each) { return each->current() != nullptr; });
    if (found == ready_.end()) return nullptr;
    std::shared_ptr<child_slot> out = std::move(*found);
    ready_.erase(found);
    out->set_owner(std::move(owner), std::move(principal));
    refiller_->check();
    return out;
}

core::task<granted<std::shared_ptr<child_slot>>> pool::open(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner, std::string principal,
                                                            std::function<bool()> is_wanted) {
    return wait_for_slot(std::move(self), std::move(owner), std::move(principal), use::of_slot, std::move(is_wanted));
}

core::task<granted<std::string>> pool::learn_initialize_result(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner, std::string principal,
                                                               std::function<bool()> is_wanted) {
    const auto opened = co_await wait_for_slot(self, std::move(owner), std::move(principal), use::of_answer, std::move(is_wanted));
    if (!opened) co_return opened.error();
    std::string result = (*opened)->initialize_result();
    self->record_answer(**opened);
    self->give_back(*opened);
    co_return result;
}

void pool::record_answer(const child_slot& opened) {
    discover_result_ = opened.discover_result();
    if (on_answer_) on_answer_(opened.initialize_result());
}

// Nobody has called the child, so that it is as good as a new one.
void pool::give_back(std::shared_ptr<child_slot> unused) {
    link* const source = unused->current();
    if (source == nullptr) return;
    if (closed_ || (line_.empty() && ready_.size() >= size_)) {
        source->set_disposable();
        return unused->close("its answer to initialize was all that was needed");
    }
    hand_out(std::move(unused), nullptr);
}

core::task<granted<std::shared_ptr<child_slot>>> pool::wait_for_slot(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner,
                                                                     std::string principal, use wanted, std::function<bool()> is_wanted) {
    const std::shared_ptr<child_slot> ready = self->acquire_open(owner, principal);
    if (ready) co_return ready;
    // Other requests may have arrived since the call of `current_refusal`.
    const std::optional<refusal> refused = self->children_.places().waiting().admit(principal);
    if (refused) co_return *refused;
    waiter mine(*self, std::move(owner), std::move(principal), wanted, std::move(is_wanted));
    self->cover_waiters();
    // This wait has an end: the openings are bounded in time, and each settles one waiter.
    co_await mine.settled.wait_until(core::clock::time_point::max());
    co_return std::move(mine.outcome);
}

std::optional<refusal> pool::current_refusal(std::string_view principal) {
    if (!ready_.empty()) return std::nullopt;
    if (auto refused = children_.places().waiting().refusal_of(principal)) return refused;
    return children_.current_refusal();
}

// Hands the slot to the next waiter, or keeps it ready; releases a slot that is not needed. The place of a slot that is ready counts for nobody.
void pool::hand_out(std::shared_ptr<child_slot> opened, const opening* made_by) {
    pool_line::request* first = made_by != nullptr ? made_by->first_request() : nullptr;
    if (first == nullptr) first = line_.first();
    if (auto* const next = static_cast<waiter*>(first)) {
        opened->set_owner(next->owner, next->principal());
        next->settle(std::move(opened));
    } else if (!closed_ && ready_.size() < size_) {
        opened->set_owner(first_owner_, {});
        ready_.push_back(std::move(opened));
    }
}

// ---- opening

bool pool::lacks() const {
    return !closed_ && ready_.size() + line_.opened() < size_ + line_.slots_wanted() && children_.has_room();
}

void pool::cover_waiters() {
    while (const pool_line::request* const each = line_.uncovered()) {
        if (auto* const ahead = static_cast<opening*>(line_.ahead())) {
            ahead->take_over(*each);
        } else {
            start_opening(each);
        }
    }
}

// Opens a slot for the request `waiting`, or ahead of need if that is null.
void pool::start_opening(const pool_line::request* waiting) {
    const core::coroutine_name named{"pool.open", "a request that waits for a server process is told so"};
    auto mine = std::make_unique<opening>(self_.lock(), waiting);
    auto work = [self = self_.lock(), mine = std::move(mine)]() mutable { return run_opening(self, std::move(mine)); };
    core::spawn(executor_, named, std::move(work), [self = self_.lock()] { self->record_failed_opening(); });
}

// Does not start another opening in its place, because that could fail as fast, and so without end.
void pool::record_failed_opening() {
    auto* const untold = static_cast<waiter*>(line_.uncovered());
    if (untold != nullptr) untold->settle(refusal::failed("the bridge failed while it opened a server process"));
}

core::task<void> pool::run_opening(std::shared_ptr<pool> self, std::unique_ptr<opening> mine) {
    // In a turn of its own, so that no caller receives the outcome in the middle of its own work.
    co_await boost::asio::post(self->executor_, core::nothrow);
    core::pass("pool.open");
    // An opening ahead of need does not wait for a place, and does not take a place for which a claim waits.
    if (!mine->is_ahead() || self->children_.has_room()) co_await open_one(self, *mine);
    mine.reset();
    self->cover_waiters();
    self->refiller_->check();
}

core::task<void> pool::open_one(std::shared_ptr<pool> self, opening& mine) {
    const bool waits = !mine.is_ahead();
    std::function<bool()> is_wanted = [&mine] { return mine.is_needed(); };
    const auto opened = co_await child_slot::open(mine.slot, waits ? when_full::wait : when_full::fail, std::move(is_wanted));
    if (opened && !mine.is_ahead()) self->record_answer(*mine.slot);
    if (mine.is_dropped()) co_return;
    if (opened) {
        self->hand_out(mine.slot, &mine);
    } else if (waits || !opened.error().is_at_limit()) {
        // A request that has taken over an opening that could not wait for a place gets another one, which can.
        self->tell_of_failure(mine, opened.error());
    }
}

void pool::tell_of_failure(const opening& failed, refusal reason) {
    if (auto* const next = static_cast<waiter*>(failed.first_request())) next->settle(std::move(reason));
}

// ---- as a reserve

void pool::yield() {
    std::shared_ptr<child_slot> given;
    if (!ready_.empty()) {
        given = std::move(ready_.back());
        ready_.pop_back();
    } else {
        auto* const spare = static_cast<opening*>(line_.spare());
        given = spare->slot;
        spare->drop();
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
