// The queue of large request bodies that are being received.
#pragma once

#include <functional>
#include <list>

#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/memory_charge.hpp"

namespace bridge::http {

/// Decides which bodies are read while memory is short. The oldest body is always read, with the reserve of the budget, so that at least
/// one is received to its end. The others wait until there is room.
class body_queue {
public:
    body_queue(core::executor loop_executor, core::memory_budget& memory) : executor_(loop_executor), memory_(memory) {
        memory_.on_room([this] { wake_next(); });
    }
    ~body_queue() { memory_.on_room({}); }
    body_queue(const body_queue&) = delete;
    body_queue& operator=(const body_queue&) = delete;

    /// True if a new body of `account` may be received. `bytes` is its length, or the received part if the length is unknown.
    bool admits(const core::memory_account& account, std::size_t bytes) const;

    /// The entry of one body, while the body is being received.
    class entry {
    public:
        /// `charge` is the charge of the body. It must outlive the entry.
        entry(body_queue& queue, const core::memory_charge& charge);
        ~entry();
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        /// True if the body may grow to `bytes` now.
        bool may_grow_to(std::size_t bytes) const;

        /// Waits until the body may grow to `bytes`. Returns false if the caller must give the body up: the deadline has passed, `is_over`
        /// returns true, or the body's principal holds too much while others wait.
        core::task<bool> wait(std::size_t bytes, core::clock::time_point deadline, std::function<bool()> is_over);

    private:
        friend class body_queue;

        bool is_oldest() const { return queue_.entries_.front() == this; }
        bool holds_too_much() const;

        body_queue& queue_;
        const core::memory_charge& charge_;
        core::event room_;
        bool waits_ = false;
        std::list<entry*>::iterator at_;
    };

private:
    void wake_next();

    core::executor executor_;
    core::memory_budget& memory_;
    std::list<entry*> entries_;  // oldest first
};

}  // namespace bridge::http
