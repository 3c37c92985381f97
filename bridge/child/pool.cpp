#include "bridge/child/pool.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <map>
#include <optional>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::child {
namespace {

// In one turn. If as many requests were chosen whose clients have left, all requests are asked.
constexpr std::size_t most_searches = 8;

}  // namespace

// A request that waits for a slot. It is in the line until it is settled.
class pool::waiter {
public:
    waiter(pool& owning_pool, std::weak_ptr<slot_owner> owner_of_slot, std::string paying_principal, use wanted_use, std::function<bool()> is_wanted)
        : owner(std::move(owner_of_slot)), principal(std::move(paying_principal)), wanted(wanted_use), settled(owning_pool.executor_),
          pool_(owning_pool) {
        const auto leave = [this](refusal reason) { settle(std::move(reason)); };
        place_.emplace(pool_.children_.places().waiting(), principal, std::move(is_wanted), leave);
        at_ = pool_.waiters_.insert(pool_.waiters_.end(), this);
    }
    ~waiter() { leave_line(); }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    std::weak_ptr<slot_owner> owner;
    std::string principal;
    use wanted;
    granted<std::shared_ptr<child_slot>> outcome;
    core::event settled;

    /// Removes it from the line.
    void settle(granted<std::shared_ptr<child_slot>> result) {
        outcome = std::move(result);
        leave_line();
        settled.notify();
    }

    /// Returns false, and has removed it from the line, if its client has left.
    bool is_still_wanted() { return place_->is_still_wanted(); }

private:
    void leave_line() {
        if (!place_) return;
        pool_.waiters_.erase(at_);
        place_.reset();
    }

    pool& pool_;
    std::optional<waiting_line::place> place_;  // as long as it is in the line
    std::list<waiter*>::iterator at_;
};

// A slot that is being opened, ahead of need or for a request of one principal. It is in the list of those slots until the object is destroyed, or
// until its child is not needed any more.
class pool::opening {
public:
    opening(std::shared_ptr<pool> owning_pool, const waiter* waiting)
        : slot(child_slot::make(owning_pool->executor_, owning_pool->children_, owning_pool->bounds_, owning_pool->handshake_,
                                owning_pool->first_owner_)),
          pool_(std::move(owning_pool)) {
        slot->set_owner(pool_->first_owner_, {});
        if (waiting != nullptr) take_over(*waiting);
        pool_->openings_.push_back(this);
    }
    ~opening() { drop(); }
    opening(const opening&) = delete;
    opening& operator=(const opening&) = delete;

    bool is_ahead() const { return !principal_; }
    const std::optional<std::string>& principal() const { return principal_; }

    /// It is opened for the request `waiting` from now on.
    void take_over(const waiter& waiting) {
        principal_ = waiting.principal;
        slot->set_owner(pool_->first_owner_, *principal_);
    }

    void drop() { std::erase(pool_->openings_, this); }
    bool is_dropped() const { return std::ranges::find(pool_->openings_, this) == pool_->openings_.end(); }

    /// Drops it if no request needs its child, which was not started yet. Returns false then.
    bool is_wanted() {
        if (!is_dropped() && !pool_->is_wanted(*this)) drop();
        return !is_dropped();
    }

    const std::shared_ptr<child_slot> slot;

private:
    std::shared_ptr<pool> pool_;
    std::optional<std::string> principal_;  // not set for a slot that is opened ahead of need
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
    if (closed_ || (waiters_.empty() && ready_.size() >= size_)) {
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

// The first request of the principal for which `each` is opened, whose client has not left; null if there is none.
pool::waiter* pool::first_of_same(const opening& each) const {
    if (each.is_ahead()) return nullptr;
    for (auto at = waiters_.begin(); at != waiters_.end();) {
        waiter* const next = *at++;
        if (next->principal == *each.principal() && next->is_still_wanted()) return next;
    }
    return nullptr;
}

// The request that gets a slot, if none waits any more for which it was opened: that of the principal that holds the least. Null if none waits whose
// client has not left.
pool::waiter* pool::first_of_all() const {
    waiting_line& all = children_.places().waiting();
    for (std::size_t asked = 0; !waiters_.empty(); ++asked) {
        // Each search for the next one looks at all of them.
        if (asked == most_searches) all.drop_unwanted();
        const std::vector<waiter*> line(waiters_.begin(), waiters_.end());
        if (line.empty()) break;
        std::vector<std::string_view> principals;
        principals.reserve(line.size());
        for (const waiter* each : line) principals.push_back(each->principal);
        waiter* const next = line[all.shares().first(principals)];
        if (next->is_still_wanted()) return next;
    }
    return nullptr;
}

// Hands the slot to the next waiter, or keeps it ready; releases a slot that is not needed. The place of a slot that is ready counts for nobody.
void pool::hand_out(std::shared_ptr<child_slot> opened, const opening* made_by) {
    waiter* next = made_by != nullptr ? first_of_same(*made_by) : nullptr;
    if (next == nullptr) next = first_of_all();
    if (next != nullptr) {
        opened->set_owner(next->owner, next->principal);
        next->settle(std::move(opened));
    } else if (!closed_ && ready_.size() < size_) {
        opened->set_owner(first_owner_, {});
        ready_.push_back(std::move(opened));
    }
}

// ---- opening

bool pool::lacks() const {
    const auto used = static_cast<std::size_t>(std::ranges::count(waiters_, use::of_slot, &waiter::wanted));
    return !closed_ && ready_.size() + openings_.size() < size_ + used && children_.has_room();
}

// True unless fewer requests of its principal wait than slots with a child are opened for them.
bool pool::is_needed(const opening& each) const {
    if (each.is_ahead()) return true;
    return others_with_child(each) < std::ranges::count(waiters_, *each.principal(), &waiter::principal);
}

// As `is_needed`, for a slot whose child was not started yet: asks as many requests whether their clients have left as can get a child.
bool pool::is_wanted(const opening& each) const {
    if (each.is_ahead()) return true;
    std::ptrdiff_t covered = others_with_child(each);
    for (auto at = waiters_.begin(); at != waiters_.end();) {
        waiter* const next = *at++;
        if (next->principal == *each.principal() && next->is_still_wanted() && covered-- == 0) return true;
    }
    return false;
}

// The number of other slots with a child that are opened for the same principal.
std::ptrdiff_t pool::others_with_child(const opening& each) const {
    const auto is_for_same = [&each](const opening* other) {
        return other != &each && other->principal() == each.principal() && other->slot->has_child();
    };
    return std::ranges::count_if(openings_, is_for_same);
}

// The slots that are being opened for the requests of a principal serve the first of them.
std::vector<pool::waiter*> pool::uncovered_waiters() const {
    std::map<std::string_view, std::size_t> covered;
    for (const opening* each : openings_) {
        if (!each->is_ahead()) ++covered[*each->principal()];
    }
    std::vector<waiter*> out;
    for (waiter* const each : waiters_) {
        std::size_t& left = covered[each->principal];
        if (left == 0) {
            out.push_back(each);
        } else {
            --left;
        }
    }
    return out;
}

void pool::cover_waiters() {
    for (const waiter* each : uncovered_waiters()) {
        const auto ahead = std::ranges::find_if(openings_, &opening::is_ahead);
        if (ahead != openings_.end()) {
            (*ahead)->take_over(*each);
        } else {
            start_opening(each);
        }
    }
}

// Opens a slot for the request `waiting`, or ahead of need if that is null.
void pool::start_opening(const waiter* waiting) {
    const core::coroutine_name named{"pool.open", "a request that waits for a server process is told so"};
    auto mine = std::make_unique<opening>(self_.lock(), waiting);
    auto work = [self = self_.lock(), mine = std::move(mine)]() mutable { return run_opening(self, std::move(mine)); };
    core::spawn(executor_, named, std::move(work), [self = self_.lock()] { self->record_failed_opening(); });
}

// Does not start another opening in its place, because that could fail as fast, and so without end.
void pool::record_failed_opening() {
    const std::vector<waiter*> untold = uncovered_waiters();
    if (!untold.empty()) untold.front()->settle(refusal::failed("the bridge failed while it opened a server process"));
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
    std::function<bool()> is_wanted = [&mine] { return mine.is_wanted(); };
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
    if (waiter* const next = first_of_same(failed)) next->settle(std::move(reason));
}

// ---- as a reserve

// A slot with a child that no request waits for.
pool::opening* pool::spare_opening() const {
    const auto is_spare = [this](const opening* each) { return each->slot->has_child() && (each->is_ahead() || !is_needed(*each)); };
    const auto found = std::ranges::find_if(openings_, is_spare);
    return found == openings_.end() ? nullptr : *found;
}

void pool::yield() {
    std::shared_ptr<child_slot> given;
    if (!ready_.empty()) {
        given = std::move(ready_.back());
        ready_.pop_back();
    } else {
        opening* const spare = spare_opening();
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
