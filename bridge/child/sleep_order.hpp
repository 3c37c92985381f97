// The order in which idle clients give up their processes.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/child/idle_clients.hpp"
#include "bridge/child/log_throttle.hpp"
#include "bridge/child/sleepers.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// Chooses the client that falls asleep because another client needs the place of its child. It is the one rule for clients of all eras. A client may
/// fall asleep once it was idle for `limits.sleep_after`, or for `limits.sleep_listed_after` if it has called nothing yet; at once if its principal
/// holds more than its share, and the place is for a principal with less. Of those that may, the first is the client of the principal that holds the
/// most places; then one that has left; then the one with the least use; then the one that was idle for longest.
class sleep_order final : public sleepers {
public:
    /// `bounds`, `server` and `clients` must outlive it. `server` is the name of the server in the log.
    sleep_order(const core::limits& bounds, const std::string& server, std::vector<const idle_clients*> clients)
        : bounds_(bounds), clients_(std::move(clients)), log_(server, bounds.log_lines) {}

    bool put_one_to_sleep(const fair_share& shares, std::string_view principal, bool is_below_share) override;

private:
    std::chrono::milliseconds patience_with(const idle_client& each) const;

    const core::limits& bounds_;
    std::vector<const idle_clients*> clients_;
    log_throttle log_;
};

}  // namespace bridge::child
