// The answer to one client request.
#pragma once

#include <memory>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::endpoints {

/// Sends the request `message`, whose views point into `what.body`, to the session's child, and all outcomes to the client (`stream_reply`).
core::task<void> serve_exchange(context& with, std::shared_ptr<session::session> of, const request& what, jsonrpc::envelope message, reply& to);

}  // namespace bridge::endpoints
