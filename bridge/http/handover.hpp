// The replacement of one process by the next, without loss of connections and sessions.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "bridge/core/event.hpp"
#include "bridge/http/connection_passing.hpp"
#include "bridge/http/given_socket.hpp"
#include "bridge/http/handover_channel.hpp"
#include "bridge/http/request_handler.hpp"

namespace bridge::http {

class server;

/// Connects this process with those of the same service that run before and after it, over Unix sockets of their common user. All are started with
/// one path, where the newest of them listens; the older ones listen at that path with a suffix. The new process gets the listening sockets of the
/// old one, so that connections which wait in their queues are not lost. From then on the new process serves everything, except that it passes
/// connections whose requests name a session of an old process to that process. The old process passes its other connections on to the new one. A
/// process knows all older ones, and no process answers before it knows its own, so a request that goes from one to the next older one makes no
/// circle.
class handover final : public connection_passing {
public:
    struct listeners {
        std::vector<given_socket> clients;
        std::vector<given_socket> metrics;
    };

    /// `clients` and `metrics`, which may be null, are the servers whose sockets are handed over. `handler` knows the sessions. `most_received`
    /// limits the bytes that a connection brings along. All must outlive this object, and its coroutines.
    handover(core::executor loop_executor, std::string path, std::size_t most_received, server& clients, server* metrics, request_handler& handler);

    /// Asks the process at the path, if there is one, for its listening sockets, and waits for them. Returns an empty text, or the failure in words.
    std::string find(listeners& found);

    /// Call it once this process listens, before the loop runs. Listens at the path, and lets the older processes stop listening. Returns an empty
    /// text, or the failure in words; the older processes then go on as before.
    std::string begin();

    /// Called once when another process, whose id it gets, replaces this one.
    void on_succession(std::function<void(pid_t)> succeeded) { on_succession_ = std::move(succeeded); }

    /// Serves the processes after this one until `close`. Spawn it.
    core::task<void> accept();

    /// True if this process was replaced, and the process that did so ended before `time` without another one in its place.
    bool is_orphaned_since(core::clock::time_point time) const { return is_succeeded_ && successors_ == 0 && successor_end_ <= time; }

    /// Ends all coroutines, and removes the socket from its path.
    void close();

    bool is_succeeded() const override { return is_succeeded_; }
    bool has_predecessor() const override { return !predecessors_.empty(); }
    core::task<passing> pass_to_successor(int descriptor, std::string received) override;
    core::task<passing> pass_to_owner(int descriptor, std::string session, std::string received) override;

private:
    struct predecessor {
        std::string path;
        handover_channel tie;  // open while both processes live
    };

    std::string listen();
    std::string tell(const std::string& path, bool is_needed);
    core::task<void> watch(std::list<predecessor>::iterator older);
    core::task<void> serve(handover_channel channel);
    core::task<void> hand_listeners(handover_channel& channel);
    core::task<void> succeed(handover_channel& channel);
    core::task<void> adopt(handover_channel& channel, handover_message message);
    core::task<int> connect(const std::string& path, handover_channel::unix_socket& connected);
    core::task<passing> pass(std::string path, handover_message message, int descriptor);

    core::executor executor_;
    std::string path_;
    std::size_t most_received_;
    server& clients_;
    server* metrics_;
    request_handler& handler_;
    std::function<void(pid_t)> on_succession_;
    boost::asio::basic_socket_acceptor<boost::asio::local::stream_protocol, core::executor> acceptor_;
    core::event slot_;                     // a channel has ended; wakes `accept`
    std::list<predecessor> predecessors_;  // the newest first
    std::list<handover_channel> ties_;     // to the processes that have replaced this one
    unsigned long inode_ = 0;              // of the socket at the path
    std::size_t channels_ = 0;
    std::size_t passed_now_ = 0;
    std::size_t successors_ = 0;
    core::clock::time_point successor_end_{};
    bool is_succeeded_ = false;
    bool is_closed_ = false;
};

}  // namespace bridge::http
