// The line of the requests that wait for a server process.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/fair_share.hpp"
#include "bridge/child/refusal.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// The requests of all clients that wait for a server process, wherever they wait: at most `limits.waiting_requests` together. When the line is full,
/// `fair_share` decides which request leaves it.
class waiting_line {
public:
    /// `bounds` and `shares` must outlive it. `shares` are those in the processes.
    waiting_line(const core::limits& bounds, fair_share& shares) : bounds_(bounds), shares_(shares) {}
    waiting_line(const waiting_line&) = delete;
    waiting_line& operator=(const waiting_line&) = delete;

    /// A request in the line, until the object is destroyed or `leave` is called.
    class place {
    public:
        /// `is_wanted` returns false once the client of the request has left; an empty function means that it stays. `leave` is called, once at most,
        /// with the reason why the request must leave the line.
        place(waiting_line& line, std::string principal, std::function<bool()> is_wanted, std::function<void(refusal)> leave);
        ~place();
        place(const place&) = delete;
        place& operator=(const place&) = delete;

    private:
        friend class waiting_line;

        waiting_line& line_;
        std::string principal_;
        std::function<bool()> is_wanted_;
        std::function<void(refusal)> leave_;
        fair_share::part part_;
    };

    /// Why a request of `newcomer` may not wait; nothing if the line has room, or if another request would have to leave.
    std::optional<refusal> refusal_of(std::string_view newcomer);

    /// As `refusal_of`, for a request that is about to join the line. If the line is full and the request may join, another request leaves.
    std::optional<refusal> admit(std::string_view newcomer);

    /// The requests leave whose clients have left.
    void drop_unwanted();

    /// The shares of the principals in the processes.
    const fair_share& shares() const { return shares_; }

private:
    bool is_full() const { return places_.size() >= bounds_.waiting_requests; }
    std::size_t index_of_refused(std::string_view newcomer) const;
    static void dismiss(place& leaving, refusal reason);

    const core::limits& bounds_;
    fair_share& shares_;
    std::vector<place*> places_;  // in the order of their arrival
};

}  // namespace bridge::child
