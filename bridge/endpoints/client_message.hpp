// The sending of a client's request that arrived alone, in a batch or over HTTP+SSE.
#pragma once

#include <memory>
#include <optional>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::endpoints {

/// The error for a client that accepts only streams, when POSTs are answered by JSON only.
problem only_json();

/// Why the session's client may send no request at the moment; nothing if it may.
std::optional<problem> check_room(const session::session& of);

/// Sends the request `message` to the session's child. `out` gets all outcomes; it must owe one answer for the request. If the request cannot be
/// sent, returns the reason, and `out` gets nothing. The status of the reason is 200 if the request itself is at fault. `text`, if not null, is the
/// text from which `message` was parsed; the function moves from it if the text is large.
std::optional<problem> send_request(session::session& of, const jsonrpc::envelope& message, const std::shared_ptr<session::stream>& out,
                                    core::clock::time_point now, std::string* text = nullptr);

}  // namespace bridge::endpoints
