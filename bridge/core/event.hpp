// A notification that one coroutine awaits with a deadline.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <utility>

#include "bridge/core/async.hpp"

namespace bridge::core {

using clock = std::chrono::steady_clock;

/// Lets one coroutine wait until another part of the program notifies it, or until a deadline passes. The event keeps a notification that
/// arrives while no coroutine waits, so no notification is lost. Only one coroutine may wait at a time. The event must outlive the wait.
class event {
public:
    explicit event(executor loop_executor) : timer_(loop_executor) {}

    void notify();

    /// Returns true if the event was notified since the last wait, and false if `deadline` passed first.
    task<bool> wait_until(clock::time_point deadline);

    /// `consume` and `async_wait` are the two steps of `wait_until`. The hot path calls them itself, to save a coroutine frame. `consume` returns
    /// true if the event was notified, and clears the notification. If it returns false, the caller awaits `async_wait` and calls `consume`
    /// again.
    bool consume() { return std::exchange(notified_, false); }
    auto async_wait(clock::time_point deadline) {
        timer_.expires_at(deadline);
        return timer_.async_wait(nothrow);
    }

private:
    boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>, executor> timer_;
    bool notified_ = false;
};

}  // namespace bridge::core
