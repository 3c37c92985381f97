// The places for children, and the claims that wait for one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/child/fair_line.hpp"
#include "bridge/child/fair_share.hpp"
#include "bridge/child/link.hpp"
#include "bridge/child/refusal.hpp"
#include "bridge/child/reserve.hpp"
#include "bridge/child/running_children.hpp"
#include "bridge/child/sleepers.hpp"
#include "bridge/child/waiting_line.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// The reaction if the maximum number of children runs, and no reserve holds a child that could be ended.
enum class when_full {
    fail,          ///< refuse at once
    wait,          ///< wait in line until a child ends, at most `limits.start_timeout`; the caller bounds how many claims wait
    wait_briefly,  ///< wait in line at most `limits.place_timeout`, if the `waiting_line` has room
};

/// A request for a child.
struct claim {
    std::string principal{};  ///< the principal that the place counts for; empty for the bridge itself
    when_full full = when_full::fail;
    bool is_trial = false;              ///< nobody uses the child after its answer to `initialize`
    std::function<bool()> is_wanted{};  ///< returns false once nobody needs the child; empty: it is always needed
};

/// Bounds the number of children to `limits.children` places. When no place is free, claims wait in a line that `fair_share` orders, and the class
/// has children ended that can be spared: those of the reserves first, then those of sleepers.
class child_places {
public:
    /// `bounds` and `source` must outlive the object.
    child_places(core::executor executor, const core::limits& bounds, running_children& source)
        : executor_(executor), bounds_(bounds), source_(source), shares_(bounds.children), waiting_(bounds, shares_), line_(shares_) {}
    child_places(const child_places&) = delete;
    child_places& operator=(const child_places&) = delete;

    /// True if a place is free that no claim waits for and none of `starting` starts will use.
    bool has_free(std::size_t starting) const { return !closed_ && source_.running() + line_.size() + starting < bounds_.children; }

    bool can_yield() const;  ///< a reserve holds a child that it could end

    /// Waits in line for a place. Returns nothing once there is one, which stays free until the next turn of the loop. Otherwise returns the refusal.
    [[nodiscard]] core::task<std::optional<refusal>> wait(std::weak_ptr<link_owner> owner, claim wanted);

    /// Ends the wait of `owner`, which no longer needs a child.
    void withdraw(const link_owner& owner);

    /// Wakes the first claim in the line, because a place may be free.
    void call_first();

    bool has_waiting() const { return !line_.empty(); }

    /// The requests of clients that wait for a child: the claims that wait briefly, and requests for which a pool claims a child.
    waiting_line& waiting() { return waiting_; }
    /// The shares of the principals in the places.
    fair_share& shares() { return shares_; }

    /// The place of `child` counts for `principal` from now on; for nobody if that is empty. If that cannot be recorded, the child is ended.
    void assign(link& child, const std::string& principal);

    /// `child` is ending. Its place no longer counts for its principal, although the place is free only when the process has ended.
    void release(const link& child) { holders_.erase(&child); }

    /// Adds `held` to the reserves that are asked to yield a child. An entry lasts as long as the object lives.
    void add_reserve(const std::weak_ptr<reserve>& held) {
        std::erase_if(reserves_, [](const auto& each) { return each.expired(); });
        reserves_.push_back(held);
    }
    std::vector<std::shared_ptr<reserve>> living_reserves() const;

    /// When a claim waits and no reserve can yield a child, the class asks `all` to end one. `all` must outlive this object.
    void set_sleepers(sleepers* all) { sleepers_ = all; }

    /// Counts a claim for which there is no place. Returns the reason for its refusal.
    std::string report_full() const;

    /// Refuses all waiting claims, and all further ones.
    void close();

private:
    class place_in_line;

    void call_front();
    std::optional<fair_line::turn> turn_after(std::size_t coming);
    bool free_places();
    bool free_place(const fair_line::turn& served);
    bool yield_one();

    core::executor executor_;
    const core::limits& bounds_;
    running_children& source_;
    std::vector<std::weak_ptr<reserve>> reserves_;
    sleepers* sleepers_ = nullptr;
    fair_share shares_;
    waiting_line waiting_;
    std::unordered_map<const link*, fair_share::part> holders_;  // the children that a principal uses
    fair_line line_;
    std::multimap<const link_owner*, place_in_line*> by_owner_;  // the claims that wait
    core::clock::time_point next_look_{};                        // before that time no child is looked for that can be ended
    bool closed_ = false;
};

}  // namespace bridge::child
