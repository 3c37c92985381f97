// The server: it accepts connections and enforces their deadlines.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "bridge/core/bounded_log.hpp"
#include "bridge/http/connection.hpp"
#include "bridge/http/departure_watch.hpp"
#include "bridge/http/listening_sockets.hpp"

namespace bridge::http {

/// Listens, serves each connection in a coroutine of its own, and closes connections whose deadline has passed. At the limit, and when few
/// descriptors are left, new connections wait until an old one makes room, as `crowd` decides. States: listening, then draining (no new
/// connections, idle ones closed, the others closed after their request), then empty.
class server {
public:
    /// `server_context` and `handler` must outlive all coroutines of the server.
    server(core::executor loop_executor, context& server_context, request_handler& handler);

    /// See `listening_sockets::listen`.
    std::string listen(const std::string& host, std::uint16_t port, std::vector<given_socket> given = {});
    /// See `listening_sockets::use`.
    std::string listen(std::vector<given_socket> given);
    std::uint16_t port() const { return sockets_.port(); }

    /// The addresses on which the server listens.
    std::vector<boost::asio::ip::address> addresses() const { return sockets_.addresses(); }

    /// The number of open connections.
    std::size_t count() const { return connections_.size(); }

    /// Accepts on the address of that number in `addresses` until `drain`. Spawn it for each address.
    core::task<void> accept(std::size_t number);

    /// Enforces the deadlines of the connections. Spawn it. Returns after `drain`, when no connection is left.
    core::task<void> sweep();

    /// Notices clients that leave while their replies wait. Spawn it. Returns when `sweep` returns.
    core::task<void> watch_departures() { return departures_.run(); }

    /// Stops accepting and makes every connection end after its current request.
    void drain();

    /// The sockets on which the server listens.
    std::vector<listening_socket*> listening() { return sockets_.open(); }

    /// Stops accepting, because another process does it on the same sockets. Passes idle connections on; see `connection_passing`.
    void hand_over();

    /// Serves a connection that another process accepted, and of which that process read `received`. If `stays_here` is set, the next request is not
    /// passed on. Returns false if the server cannot serve it.
    bool adopt(core::unique_fd descriptor, std::string received, bool stays_here);

    /// Ends the requests, including streams, whose key was removed since it admitted them. Returns their number.
    std::size_t end_revoked();

    /// Closes every connection.
    void close_all();

    /// Waits until no connection is left. Returns false if `deadline` passes first.
    core::task<bool> wait_until_empty(core::clock::time_point deadline);

private:
    std::string prepare(std::string failure);
    bool has_room() const { return connections_.size() < context_.bounds.connections && spare_descriptors() > 0; }
    std::ptrdiff_t spare_descriptors() const;
    bool admits(const boost::asio::ip::address& client);
    core::task<void> wait_for_room(listening_socket& used);
    bool make_room();
    bool evict(crowd_member* member);
    void give_descriptors_back();
    void give_memory_of_heads_back(core::clock::time_point now);
    void update_reply_deadlines(core::clock::time_point now);
    void log_cut(const connection& late, core::clock::time_point now);
    void cut_longest_stall(core::clock::time_point now);
    class listed;

    void serve(socket peer, const boost::asio::ip::address& client, std::string received = {}, bool stays_here = false);
    static core::task<void> run(listed mine);

    core::executor executor_;
    context& context_;
    request_handler& handler_;
    listening_sockets sockets_;
    std::size_t other_descriptors_ = 0;  // open descriptors of the process when the server began to listen
    departure_watch departures_;         // outlives the connections
    std::list<connection> connections_;
    crowd crowd_;                         // of `connections_`
    std::size_t evicted_ = 0;             // closed connections whose coroutine has not ended yet
    core::clock::time_point next_log_{};  // for evictions
    std::uint64_t unlogged_ = 0;
    std::uint64_t refused_heads_ = 0;  // by all listeners, when last looked at
    core::clock::time_point closes_heads_until_{};
    core::event emptied_;  // a connection has ended; wakes `wait_until_empty`
    boost::asio::basic_waitable_timer<core::clock, boost::asio::wait_traits<core::clock>, core::executor> tick_;
    core::bounded_log cuts_;
    bool is_listening_ = true;
    bool draining_ = false;
};

}  // namespace bridge::http
