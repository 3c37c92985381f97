// Accepts connections.
#pragma once

#include <poll.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "bridge/core/bounded_log.hpp"
#include "bridge/http/connection.hpp"

namespace bridge::http {

/// Listens, serves each connection in a coroutine of its own, closes those whose deadline has passed. At the limit, and when few
/// descriptors are left, new ones wait until an old one makes room, as `crowd` says. States: listening, then draining (no new connections, idle ones closed, the rest
/// after its request), then empty.
class server {
public:
    /// `with` and `handler` must outlive the server's end.
    server(core::executor where, context& with, request_handler& handler);

    /// Binds and listens. Empty, or what went wrong, in words. With port 0 the system chooses one.
    std::string listen(const std::string& address, std::uint16_t port);
    std::uint16_t port() const { return port_; }

    /// Open connections.
    std::size_t count() const { return connections_.size(); }

    /// Accepts until `drain`; to be spawned.
    core::task<void> accept();

    /// Enforces the connections' deadlines; to be spawned. Ends after `drain` with the last connection.
    core::task<void> sweep();

    /// Stops accepting and asks every connection to end after its request.
    void drain();

    /// Ends the requests, streams among them, that keys have let in that are removed since. Returns how many.
    std::size_t end_revoked();

    /// Closes every connection.
    void close_all();

    /// Waits until no connection is left. False if `deadline` came first.
    core::task<bool> wait_until_empty(core::clock::time_point deadline);

private:
    bool has_room() const { return connections_.size() < context_.bounds.connections && spare_descriptors() > 0; }
    std::ptrdiff_t spare_descriptors() const;
    bool admits(const boost::asio::ip::address& client);
    core::task<void> wait_for_room();
    bool make_room();
    bool evict(crowd_member* which);
    void give_descriptors_back();
    void notice_departures();
    void note_deliveries(core::clock::time_point now);
    void log_cut(const connection& late, core::clock::time_point now);
    void cut_longest_stall(core::clock::time_point now);
    class listed;

    void serve(socket peer, const boost::asio::ip::address& client);
    static core::task<void> run(listed mine);

    core::executor where_;
    context& context_;
    request_handler& handler_;
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, core::executor> acceptor_;
    std::uint16_t port_ = 0;
    std::size_t other_descriptors_ = 0;  // of the process, when it began to listen
    std::list<connection> connections_;
    crowd crowd_;  // of those
    std::size_t evicted_ = 0;  // connections that are closed, and whose coroutine has not ended yet
    core::clock::time_point next_log_{};  // of evictions
    std::uint64_t unlogged_ = 0;
    std::vector<pollfd> polled_;
    core::event slot_;     // a connection has ended, for the accept loop
    core::event emptied_;  // a connection has ended, for whoever stops the server
    boost::asio::basic_waitable_timer<core::clock, boost::asio::wait_traits<core::clock>, core::executor> tick_;
    core::bounded_log cuts_;
    bool draining_ = false;
};

}  // namespace bridge::http
