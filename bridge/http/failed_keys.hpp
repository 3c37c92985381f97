// The record of wrong keys, by client address.
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

/// Counts the wrong keys of each client address, computes the delay of the 401 that answers one, and logs a bounded number of them. Behind
/// a proxy all clients have one address, so the delay is short, and it never delays a request with a right key. The delay does not slow
/// down a client that guesses over many connections at once: the length of a key is its protection.
class failed_keys {
public:
    /// Records a wrong key from `address`; `place` is the part of the request that had it. Returns the delay of its 401. The delay grows by
    /// 25 ms with each wrong key, up to 1 s, and starts anew after five minutes without one. All addresses of an IPv6 network of 64 bits
    /// count as one.
    std::chrono::milliseconds record(const boost::asio::ip::address& address, std::string_view place, core::clock::time_point now);

    /// Counts one delayed 401 while it lives. The number of delayed replies is bounded, so that guesses do not fill the connections that
    /// others need.
    class delay {
    public:
        /// The delay is granted unless `most` replies are delayed already.
        delay(failed_keys& counter, std::size_t most) : of_(counter), is_granted_(counter.delayed_ < most) { of_.delayed_ += is_granted_ ? 1 : 0; }
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

    std::list<client> clients_;  // the latest failure in front
    std::map<boost::asio::ip::address, std::list<client>::iterator> by_network_;
    std::size_t delayed_ = 0;
    core::clock::time_point log_begin_{};  // start of the minute for which lines are counted
    std::size_t logged_ = 0;
    std::uint64_t held_back_ = 0;
};

}  // namespace bridge::http
