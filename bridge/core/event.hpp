// A wait for "something changed" with a deadline.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <utility>

#include "bridge/core/async.hpp"

namespace bridge::core {

using clock = std::chrono::steady_clock;

/// Lets one coroutine wait until another part of the program notifies it, or a deadline passes. A notification that
/// comes while nobody waits is kept, so none is lost. One waiter at a time. The event must outlive the wait.
class event {
public:
    explicit event(executor where) : timer_(where) {}

    void notify();

    /// True if notified (since the last wait), false if `deadline` came first.
    task<bool> wait_until(clock::time_point deadline);

    /// The same in two steps, for the hot path, which so needs no coroutine frame for it: `take` says whether it was
    /// notified; only if not, `async_wait` is awaited and `take` asked again.
    bool take() { return std::exchange(notified_, false); }
    auto async_wait(clock::time_point deadline) {
        timer_.expires_at(deadline);
        return timer_.async_wait(nothrow);
    }

private:
    boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>, executor> timer_;
    bool notified_ = false;
};

}  // namespace bridge::core
