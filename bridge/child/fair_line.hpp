// A line of claims of principals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "bridge/child/fair_share.hpp"
#include "bridge/core/entry.hpp"

namespace bridge::child {

/// Claims in the order of their arrival, and in the order in which `fair_share` serves them: that of the principal first that holds the fewest
/// places, and of one principal the oldest first. The line keeps both orders while claims come and go and places change their holders. So each of
/// these events, and each choice, costs O(log n) for n claims. The class does no I/O.
class fair_line {
    class queue;

public:
    /// `shares` must outlive the object.
    explicit fair_line(fair_share& shares) : shares_(shares) {}
    fair_line(const fair_line&) = delete;
    fair_line& operator=(const fair_line&) = delete;

    /// A claim at the end of the line, until `leave` is called or the object is destroyed. Its principal wants a place meanwhile.
    class claim {
    public:
        /// `line` must outlive the object.
        claim(fair_line& line, std::string principal);
        ~claim() { leave(); }
        claim(const claim&) = delete;
        claim& operator=(const claim&) = delete;

        /// Returns false if the claim had left already.
        bool leave();
        bool is_in_line() const { return queue_ != nullptr; }
        const std::string& principal() const { return principal_; }

    private:
        friend class fair_line;

        using entry = core::entry<std::list<claim*>>;

        std::string principal_;
        std::uint64_t arrival_;
        std::shared_ptr<queue> queue_;  // null once the claim has left
        std::optional<entry> in_line_;
        std::optional<entry> in_queue_;
    };

    struct turn {
        claim* next;
        bool is_below_share;  ///< its principal holds less than its share, even with the places of the earlier turns
    };

    bool empty() const { return claims_.empty(); }
    std::size_t size() const { return claims_.size(); }
    const std::list<claim*>& claims() const { return claims_; }  ///< in the order of their arrival

    /// The claim that gets the next place; null if the line is empty.
    claim* first() const;

    /// The claims that get the next places, in their order; at most `most`.
    std::vector<turn> turns(std::size_t most) const;

    /// The claim that must leave a full line when a claim of `newcomer` arrives: the newest claim of the principal that holds and wants the most.
    /// Null if the newcomer itself must leave.
    claim* to_refuse(std::string_view newcomer) const;

private:
    using rank = std::tuple<std::size_t, std::uint64_t, const queue*>;

    std::shared_ptr<queue> queue_of(const std::string& principal);

    fair_share& shares_;
    std::uint64_t arrivals_ = 0;
    std::list<claim*> claims_;
    std::map<std::string_view, std::weak_ptr<queue>> queues_;  // those of the principals with a claim in the line, which own them
    std::set<rank> by_turn_;                                   // by the places held, then by the arrival of the oldest claim
    std::set<rank> by_total_;                                  // by the places held or wanted here, then by the arrival of the newest claim
};

}  // namespace bridge::child
