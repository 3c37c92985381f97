// Processes that can be done without for a while.
#pragma once

#include <string_view>

#include "bridge/child/fair_share.hpp"

namespace bridge::child {

/// Knows the processes whose users do not need them at the moment, and get another one when they do.
class sleepers {
public:
    virtual ~sleepers() = default;

    /// Starts to end the process that can best be done without, because `principal` waits for a place. A principal
    /// with less than its share of `shares` may have the place of one with more than that at once. False if there is no such process.
    virtual bool put_one_to_sleep(const fair_share& shares, std::string_view principal, bool is_below_share) = 0;
};

}  // namespace bridge::child
