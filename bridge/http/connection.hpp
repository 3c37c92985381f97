// One client connection.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <list>
#include <optional>

#include "bridge/http/context.hpp"
#include "bridge/http/crowd.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request_handler.hpp"

namespace bridge::http {

/// Where a connection stands; again and again in this order, up to the last.
enum class phase {
    idle,          ///< between requests: may be closed without loss
    reading_head,  ///< a request's first bytes are there, but nobody has begun to serve it
    reading_body,  ///< its headers were in order
    serving,       ///< its reply is made or written
    refusing,      ///< it showed a wrong key, and the reply is held back
    lingering,     ///< a reply that did not wait for its whole request is given time to arrive
};

/// What the server needs to know of a connection from outside its coroutine.
struct connection : crowd_member {
    explicit connection(socket accepted, boost::asio::ip::address from = {}) : peer(std::move(accepted)), address(std::move(from)) {}

    socket peer;
    boost::asio::ip::address address;  ///< the client's, or that of the proxy nearest to the bridge
    std::optional<core::digest> key;   ///< by which the request that is served was let in
    line state;
    core::clock::time_point old_at = core::clock::time_point::max();  ///< from then on it is closed once no reply is due
    phase current = phase::idle;
    crowd* among = nullptr;    ///< which is told of its standing
    bool was_evicted = false;  ///< closed to make room
    bool is_draining = false;  ///< the bridge stops: no further request
};

/// Passes the requests on `on` to `handler` until the client or the server closes the connection, or a deadline passes.
core::task<void> serve_connection(context& with, request_handler& handler, connection& on);

}  // namespace bridge::http
