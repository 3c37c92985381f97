// The answer to one client request.
#pragma once

#include <memory>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::endpoints {

/// Sends the request `message`, whose views point into `http_request.body`, to the session's child, and all outcomes to the client (`stream_reply`).
core::task<void> serve_exchange(endpoint_context& context, std::shared_ptr<session::session> client_session, const request& http_request,
                                jsonrpc::envelope message, reply& http_reply);

}  // namespace bridge::endpoints
