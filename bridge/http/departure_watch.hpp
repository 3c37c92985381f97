// The watch for clients that close their connections while a reply waits.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "bridge/core/async.hpp"

namespace bridge::http {

struct connection_state;

/// Notices at once that a client has closed its side of a connection. While a reply waits for a child, nothing is read from its connection, because
/// the bytes that arrive are the next request and stay in the kernel. So the watch asks the kernel for the end of the input only, also behind bytes
/// that nobody has read. A call costs nothing: a connection is registered once, when its first reply begins to wait.
class departure_watch {
public:
    explicit departure_watch(core::executor loop_executor) : watched_(loop_executor) {}

    /// Returns an empty text, or the failure in words.
    std::string open();

    /// Reports departures until `close`. Spawn it.
    core::task<void> run();
    void close();

    /// The registration of one connection. The server sets it up; without that it does nothing.
    class entry {
    public:
        entry() = default;
        ~entry();
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        /// `descriptor` is the socket of `state`. All three must outlive the entry, but the socket may be closed before.
        void set_up(departure_watch& watch, int descriptor, connection_state& state);

        /// From now on the departure of the client is reported, once: `connection_state::report_departure` is called in a later turn of the loop.
        void begin() {
            if (watch_ != nullptr && !is_watched_) watch_->add(*this);
        }

    private:
        friend class departure_watch;

        departure_watch* watch_ = nullptr;
        connection_state* state_ = nullptr;
        int descriptor_ = -1;
        std::uint64_t number_ = 0;  // 0 before the first `begin`
        bool is_watched_ = false;
    };

private:
    void add(entry& added);
    void report_all();

    boost::asio::posix::basic_stream_descriptor<core::executor> watched_;  // from platform::open_peer_watch
    // The kernel reports numbers, not addresses: a process that was forked at that moment can keep a closed socket registered.
    std::unordered_map<std::uint64_t, entry*> entries_;
    std::uint64_t last_number_ = 0;
};

}  // namespace bridge::http
