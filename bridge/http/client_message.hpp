// How a client's request is sent, whether it comes alone, in a batch or over HTTP+SSE.
#pragma once

#include <memory>
#include <optional>

#include "bridge/http/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::http {

/// Why the session's client may not ask anything more at the moment.
std::optional<problem> check_room(const session::session& of);

/// Sends the request `message` to the session's child. What comes of it goes to `out`, on which one answer must be owed for
/// it. If it cannot be sent, says why; then nothing comes.
std::optional<problem> send_request(session::session& of, const jsonrpc::envelope& message,
                                    const std::shared_ptr<session::stream>& out, core::clock::time_point now);

}  // namespace bridge::http
