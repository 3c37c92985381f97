#include "bridge/http/body_queue.hpp"

#include <algorithm>

namespace bridge::http {
namespace {

using namespace std::chrono_literals;

// The interval at which a waiting body checks by itself whether its client has gone, and whether other bodies still wait.
constexpr auto look_again = 500ms;

}  // namespace

bool body_queue::admits(const core::memory_account& account, std::size_t bytes) const {
    if (memory_.has_room(account, core::small_message_bytes)) return true;
    // The reserve is for one body, and no body uses it now.
    if (entries_.empty() && memory_.has_reserve(bytes)) return true;
    memory_.record_want(account);
    return false;
}

void body_queue::wake_next() {
    const auto first = std::ranges::find_if(entries_, [](const entry* each) { return each->waits_; });
    if (first != entries_.end()) (*first)->room_.notify();
}

body_queue::entry::entry(body_queue& queue, const core::memory_charge& charge)
    : queue_(queue), charge_(charge), room_(queue.executor_), at_(queue.entries_.insert(queue.entries_.end(), this)) {}

body_queue::entry::~entry() {
    queue_.entries_.erase(at_);
    queue_.wake_next();
}

bool body_queue::entry::may_grow_to(std::size_t bytes) const {
    return charge_.may_grow_to(bytes) || (is_oldest() && queue_.memory_.has_reserve(bytes - charge_.bytes()));
}

bool body_queue::entry::holds_too_much() const {
    const core::memory_account& account = *charge_.account();
    return !is_oldest() && account.used() > queue_.memory_.limit() / 2 && queue_.memory_.others_wait(account);
}

core::task<bool> body_queue::entry::wait(std::size_t bytes, core::clock::time_point deadline, std::function<bool()> is_over) {
    waits_ = true;
    while (!may_grow_to(bytes) && core::clock::now() < deadline && !holds_too_much() && !is_over()) {
        co_await room_.wait_until(std::min(deadline, core::clock::now() + look_again));
    }
    waits_ = false;
    const bool may_grow = may_grow_to(bytes);
    // There may be room for more than one body.
    if (may_grow) queue_.wake_next();
    co_return may_grow;
}

}  // namespace bridge::http
