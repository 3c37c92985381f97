// Large request bodies that are being received.
#pragma once

#include <functional>
#include <list>

#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/memory_budget.hpp"

namespace bridge::http {

/// Decides, while memory is short, which bodies are read on. The oldest one always is, by the reserve of the budget, so that one at least
/// is received to its end; the others wait until there is room.
class body_queue {
public:
    body_queue(core::executor where, core::memory_budget& memory) : where_(where), memory_(memory) {
        memory_.on_room([this] { wake_next(); });
    }
    ~body_queue() { memory_.on_room({}); }
    body_queue(const body_queue&) = delete;
    body_queue& operator=(const body_queue&) = delete;

    /// True if a new body of `account` may be received. `bytes`: its length; if nobody knows that, how much of it is there.
    bool admits(const core::memory_account& account, std::size_t bytes) const;

    /// The place of one body, for as long as it is being received.
    class entry {
    public:
        /// `charge` is that of the body; it must outlive the entry.
        entry(body_queue& queue, const core::memory_charge& charge);
        ~entry();
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        /// True if the body may grow to `bytes` now.
        bool may_grow_to(std::size_t bytes) const;

        /// Waits until it may. False if it must be given up: the deadline has passed, `is_over` says so, or its principal holds too much
        /// while others wait.
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

    core::executor where_;
    core::memory_budget& memory_;
    std::list<entry*> entries_;  // the oldest first
};

}  // namespace bridge::http
