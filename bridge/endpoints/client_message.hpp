// How a client's request is sent, whether it comes alone, in a batch or over HTTP+SSE.
#pragma once

#include <memory>
#include <optional>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::endpoints {

/// What a client is told that takes streams only, where there are none in answer to a POST.
problem only_json();

/// Why the session's client may not ask anything more at the moment.
std::optional<problem> check_room(const session::session& of);

/// Sends the request `message` to the session's child. What comes of it goes to `out`, on which one answer must be owed for
/// it. If it cannot be sent, says why; then nothing comes; with status 200 if the request itself is at fault. `text`, if given, is what
/// `message` was read from; it is taken over if it is large.
std::optional<problem> send_request(session::session& of, const jsonrpc::envelope& message, const std::shared_ptr<session::stream>& out,
                                    core::clock::time_point now, std::string* text = nullptr);

}  // namespace bridge::endpoints
