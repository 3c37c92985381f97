#include "bridge/http/failed_keys.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/http/client_address.hpp"

namespace bridge::http {
namespace {

namespace ip = boost::asio::ip;
using namespace std::chrono_literals;

constexpr auto step = 25ms;
// A person with a mistyped key hardly notices this delay, and neither do the other clients of a proxy.
constexpr auto longest_delay = 1000ms;
constexpr auto forgiven_after = 5min;

// An entry has about 100 bytes. No table slows down an attacker with more addresses than this.
constexpr std::size_t most_clients = 1024;

constexpr auto log_window = 1min;
constexpr std::size_t most_lines = 10;

}  // namespace

std::chrono::milliseconds failed_keys::record(const ip::address& address, std::string_view place, core::clock::time_point now) {
    client& from = client_at(network_of(address), now);
    ++from.failures;
    ++core::meters().wrong_keys;
    log(address, place, from.failures, now);
    return std::min<std::chrono::milliseconds>(longest_delay, step * std::min<std::uint64_t>(from.failures, longest_delay / step));
}

failed_keys::client& failed_keys::client_at(const ip::address& network, core::clock::time_point now) {
    if (const auto known = by_network_.find(network); known != by_network_.end()) {
        clients_.splice(clients_.begin(), clients_, known->second);
        if (now - clients_.front().last > forgiven_after) clients_.front().failures = 0;
    } else {
        if (clients_.size() == most_clients) {
            by_network_.erase(clients_.back().network);
            clients_.pop_back();
        }
        clients_.push_front({.network = network});
        by_network_.emplace(network, clients_.begin());
    }
    clients_.front().last = now;
    return clients_.front();
}

void failed_keys::log(const ip::address& address, std::string_view place, std::uint64_t failures, core::clock::time_point now) {
    if (now - log_begin_ >= log_window) {
        log_begin_ = now;
        logged_ = 0;
    }
    if (logged_ == most_lines) {
        ++held_back_;
        return;
    }
    ++logged_;
    const std::uint64_t others = std::exchange(held_back_, 0);
    const std::string unlogged = others == 0 ? std::string() : fmt::format("; {} more came since the last such line", others);
    spdlog::warn("refused a wrong key from {} (in {}; number {} from there{}); a key must be sent without its name, exactly as the bridge got it",
                 address.to_string(), place, failures, unlogged);
}

}  // namespace bridge::http
