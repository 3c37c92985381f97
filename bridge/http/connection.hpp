// One client connection.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <list>
#include <optional>
#include <string>

#include "bridge/http/context.hpp"
#include "bridge/http/crowd.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request_handler.hpp"

namespace bridge::http {

/// The phases of a connection, in their order. They repeat for each request, except the last.
enum class phase {
    idle,          ///< between requests: may be closed without loss
    reading_head,  ///< the first bytes of a request have arrived, but the bridge has not begun to serve it
    reading_body,  ///< the headers were valid
    serving,       ///< the reply is made or written
    refusing,      ///< the request had a wrong key, and the reply is delayed
    lingering,     ///< the reply was sent before the whole request arrived, and gets time to reach the client
};

/// The state of a connection that the server needs outside the connection's coroutine.
struct connection : crowd_member {
    explicit connection(socket accepted, boost::asio::ip::address client_address = {})
        : peer(std::move(accepted)), address(std::move(client_address)) {}

    socket peer;
    boost::asio::ip::address address;  ///< address of the client, or of the proxy nearest to the bridge
    std::optional<core::digest> key;   ///< the key that admitted the current request
    connection_state state;
    core::clock::time_point old_at = core::clock::time_point::max();  ///< from this time on the connection is closed once no reply is due
    phase current = phase::idle;
    crowd* among = nullptr;    ///< gets a report of each change of the standing
    bool was_evicted = false;  ///< the connection was closed to make room
    bool is_draining = false;  ///< the bridge stops: no further request
    std::string received{};    ///< bytes that another process read of the connection before it passed the connection on
    bool stays_here = false;   ///< the head of the next request moves it to no other process: another process has just passed it on to this one
};

/// Passes the requests of `client` to `handler` until the client or the server closes the connection, or a deadline passes.
core::task<void> serve_connection(context& server_context, request_handler& handler, connection& client);

}  // namespace bridge::http
