// Children that can be ended while their users are idle.
#pragma once

#include <string_view>

#include "bridge/child/fair_share.hpp"

namespace bridge::child {

/// Knows the children whose users are idle, and get another child when they need one.
class sleepers {
public:
    virtual ~sleepers() = default;

    /// Starts to end the child that can be spared best, because `principal` waits for a place. If `is_below_share`, `principal` holds less than its
    /// share of `shares`, and may have the place of a principal with more than its share at once. Returns false if no child can be spared.
    virtual bool put_one_to_sleep(const fair_share& shares, std::string_view principal, bool is_below_share) = 0;
};

}  // namespace bridge::child
