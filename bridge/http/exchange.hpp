// Answers one client request with what the child has to say to it.
#pragma once

#include <memory>
#include <optional>

#include "bridge/http/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::http {

/// Why the session's client may not ask anything more at the moment.
std::optional<problem> check_room(const session::session& of);

/// Begins the exchange for the request `message`, whose views point into `what.body`: its answer goes to `out`. The child
/// is opened first if none runs. Takes the body, unless it gives what keeps the request from the child; then nothing goes
/// to `out`.
std::optional<problem> begin_exchange(const std::shared_ptr<session::session>& of, const request& what,
                                      const jsonrpc::envelope& message, std::shared_ptr<session::stream> out);

/// Sends the request `message`, whose views point into `what.body`, to the session's child, and to the client what comes
/// of it (`stream_reply`).
core::task<void> serve_exchange(context& with, std::shared_ptr<session::session> of, const request& what,
                                jsonrpc::envelope message, reply& to);

}  // namespace bridge::http
