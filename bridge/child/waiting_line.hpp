// The line of the requests that wait for a server process.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/child/fair_line.hpp"
#include "bridge/child/refusal.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// The requests of all clients that wait for a server process, wherever they wait: at most `limits.waiting_requests` together. When the line is full,
/// the requests leave it whose clients have left; if there are none, `fair_share` decides which request leaves it. A request is asked whether it is
/// still wanted before it gets a process. All requests are asked only while the line is full, and by `drop_unwanted`: otherwise each arrival would
/// cost time in proportion to the length of the line.
class waiting_line {
public:
    /// `bounds` and `shares` must outlive it. `shares` are those in the processes.
    waiting_line(const core::limits& bounds, fair_share& shares) : bounds_(bounds), places_(shares) {}
    waiting_line(const waiting_line&) = delete;
    waiting_line& operator=(const waiting_line&) = delete;

    /// A request in the line, until the object is destroyed or `leave` is called.
    class place : private fair_line::claim {
    public:
        /// `is_wanted` returns false once the client of the request has left; an empty function means that it stays. `leave` is called, once at most,
        /// with the reason why the request must leave the line.
        place(waiting_line& line, std::string principal, std::function<bool()> is_wanted, std::function<void(refusal)> leave);
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        /// Returns false if the client of the request has left. The request then leaves the line, and `leave` can have destroyed this object.
        bool is_still_wanted();

    private:
        friend class waiting_line;

        void dismiss(refusal reason);

        std::function<bool()> is_wanted_;
        std::function<void(refusal)> leave_;
    };

    /// Why a request of `newcomer` may not wait; nothing if the line has room, or if another request would have to leave.
    std::optional<refusal> refusal_of(std::string_view newcomer);

    /// As `refusal_of`, for a request that is about to join the line. If the line is full and the request may join, another request leaves.
    std::optional<refusal> admit(std::string_view newcomer);

    /// The requests leave whose clients have left. To be called about once a second.
    void drop_unwanted();

private:
    bool is_full() const { return places_.size() >= bounds_.waiting_requests; }
    place* refused_by(std::string_view newcomer) const;
    void make_room();

    const core::limits& bounds_;
    fair_line places_;
    core::clock::time_point next_look_{};  // before that time no request is asked because the line is full
};

}  // namespace bridge::child
