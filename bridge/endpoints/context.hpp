// The context of all endpoints.
#pragma once

#include <string>

#include "bridge/child/children.hpp"
#include "bridge/era/modern_clients.hpp"
#include "bridge/http/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"
#include "bridge/session/readiness.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::endpoints {

// The names of HTTP that every endpoint uses.
namespace statuses = http::statuses;
using http::accepted;
using http::json_type;
using http::problem;
using http::reply;
using http::request;
using http::request_head;
using http::send_problem;
using http::status;

/// The settings and services that the endpoints of one listener share.
struct endpoint_context {
    http::context& listener;   ///< the context of the listener that receives the requests
    std::string mcp_path;      ///< the path of the Streamable HTTP endpoint, "/mcp" by default
    std::string sse_path;      ///< the path of the stream of HTTP+SSE, "/sse" by default; empty if it is off
    std::string message_path;  ///< the path for the POSTs of HTTP+SSE clients, "/messages" by default
    session::sessions& sessions;
    session::readiness& ready;
    child::children& children;
    era::modern_clients* modern = nullptr;  ///< the clients of the modern era; null if that era is not served
    bool serves_legacy = true;              ///< the legacy era is served
    bool shows_metrics = false;             ///< clients may read the metrics; they need a key if there are keys
    bool streams_replies = true;            ///< a POST may be answered by a stream; otherwise always by JSON
    bool ends_every_stream = false;         ///< at `stream_max_age`, even if the client is not known to come back
    bool breaks_streams = true;             ///< a GET stream may end without its last chunk, for clients that come back only then
    std::string path_prefix{};              ///< the prefix of the public paths that a proxy removes; empty for none
    bool trusts_forwarded_prefix = false;   ///< X-Forwarded-Prefix has that prefix, because a proxy sets it on every request
};

}  // namespace bridge::endpoints
