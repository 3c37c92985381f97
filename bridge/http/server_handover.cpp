// The parts of the server that let connections move between processes.
#include <sys/socket.h>

#include <utility>

#include "bridge/http/server.hpp"

namespace bridge::http {

using boost::asio::ip::tcp;

void server::hand_over() {
    is_listening_ = false;
    sockets_.close();
    sockets_.wake();
    boost::system::error_code ignored;
    for (connection& each : connections_) {
        // The coroutine of the connection then finds that it may pass the connection on.
        if (each.current == phase::idle) each.peer.cancel(ignored);
    }
}

bool server::adopt(core::unique_fd descriptor, std::string received, bool stays_here) {
    if (draining_) return false;
    tcp::endpoint client;
    auto size = static_cast<socklen_t>(client.capacity());
    // The client may have left meanwhile.
    if (::getpeername(descriptor.get(), client.data(), &size) != 0) return true;
    client.resize(size);
    boost::system::error_code error;
    socket peer(executor_);
    peer.assign(client.protocol(), descriptor.get(), error);
    if (error) return false;
    descriptor.release();
    peer.non_blocking(true, error);
    if (connections_.size() >= context_.bounds.connections) make_room();
    serve(std::move(peer), client.address(), std::move(received), stays_here);
    return true;
}

}  // namespace bridge::http
