// Answers one client request with what the child has to say to it.
#pragma once

#include <memory>

#include "bridge/http/context.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::http {

/// Sends the request `message`, whose views point into `what.body`, to the session's child, and the reply to the client.
/// How to reply is decided late: if the answer comes first it goes out as JSON; if another message of the child's comes
/// first, or nothing for a while, a stream is opened, kept alive with comments and ended with the answer.
core::task<void> serve_exchange(context& with, std::shared_ptr<session::session> of, const request& what,
                                jsonrpc::envelope message, reply& to);

}  // namespace bridge::http
