// A connection leaves this process for another one of the same service.
#pragma once

#include <string>

#include "bridge/http/connection.hpp"
#include "bridge/http/connection_passing.hpp"
#include "bridge/http/incoming_request.hpp"
#include "bridge/http/request_handler.hpp"

namespace bridge::http {

/// True if another process may have to serve the request with `head`. `decision` is that of this process: a request that it refuses, such as for a
/// removed key, reaches no older process.
bool belongs_elsewhere(const connection_passing& others, const request_handler& handler, const request_head& head, const admission& decision);

/// Passes the connection with the request whose head was read. `unparsed` are the bytes behind the head. Unless the outcome is `stays` or `busy`, the
/// connection is closed here.
core::task<passing> pass_request(connection_passing& others, const request_handler& handler, connection& client, const incoming_request& incoming,
                                 std::string unparsed);

/// Passes the connection with a request that was read, body and all, to the process before this one that has what `name` names. `unparsed` are the
/// bytes behind the request. As `pass_request` otherwise.
core::task<passing> pass_read_request(connection_passing& others, connection& client, incoming_request& incoming, std::string name,
                                      std::string unparsed);

/// Passes an idle connection to the process that has replaced this one. Returns true, and has closed the connection here, unless that failed.
/// `unparsed` are the bytes that were read and are no request yet.
core::task<bool> pass_idle(connection_passing& others, connection& client, std::string unparsed);

}  // namespace bridge::http
