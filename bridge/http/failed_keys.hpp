// What is remembered of wrong keys.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "bridge/core/event.hpp"

namespace bridge::http {

/// Counts the wrong keys of each client address, says how long to hold back the 401 that answers one, and logs a bounded number of them.
/// Behind a proxy all clients have one address, so the delay is short and concerns nobody with a right key. Clients that guess over
/// many connections at once are not slowed down by it: what protects a key is its length.
class failed_keys {
public:
    /// Records a wrong key from `address`, which stood in `place`. Returns the delay of its 401: it grows by 25 ms with each, to 1 s, and
    /// begins anew after five minutes without one. All addresses of an IPv6 network of 64 bits count as one.
    std::chrono::milliseconds record(const boost::asio::ip::address& address, std::string_view place, core::clock::time_point now);

    /// Counts one 401 that is held back. Their number is bounded, so that guesses do not fill the connections that others need.
    class delay {
    public:
        /// Granted unless `most` are held back already.
        delay(failed_keys& of, std::size_t most) : of_(of), is_granted_(of.delayed_ < most) { of_.delayed_ += is_granted_ ? 1 : 0; }
        ~delay() { of_.delayed_ -= is_granted_ ? 1 : 0; }
        delay(const delay&) = delete;
        delay& operator=(const delay&) = delete;

        bool is_granted() const { return is_granted_; }

    private:
        failed_keys& of_;
        bool is_granted_;
    };

private:
    struct client {
        boost::asio::ip::address network;
        std::uint64_t failures = 0;
        core::clock::time_point last{};
    };

    client& client_at(const boost::asio::ip::address& address, core::clock::time_point now);
    void log(const boost::asio::ip::address& address, std::string_view place, std::uint64_t failures, core::clock::time_point now);

    std::list<client> clients_;  // the one that failed last in front
    std::map<boost::asio::ip::address, std::list<client>::iterator> by_network_;
    std::size_t delayed_ = 0;
    core::clock::time_point log_begin_{};  // of the minute for which lines are counted
    std::size_t logged_ = 0;
    std::uint64_t held_back_ = 0;
};

}  // namespace bridge::http
