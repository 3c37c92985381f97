// The checks of a body for all endpoints that accept messages.
#pragma once

#include <optional>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/request.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::endpoints {

/// 415 for a body that is not JSON, or that is compressed; nothing otherwise.
std::optional<problem> check_body(const request_head& head);

/// Parses the large body of `http_request`, which is one message, in slices. Replaces its line breaks by spaces, so that the body can be forwarded
/// without a copy.
core::task<jsonrpc::read_outcome> read_large_body(endpoint_context& context, const request& http_request);

/// The problem of a text that is no message. The status is 200 if the text is a message that is refused only for its member names.
problem unreadable_message(const jsonrpc::read_error& error);

/// The problem of a message with a part that the bridge would keep and that is too long: its id, a token, or the params of `initialize`. A request
/// gets status 200, because on 400 some clients give up the whole session. The exception is a too long id, which the bridge does not echo.
std::optional<problem> check_lengths(const jsonrpc::envelope& message);

/// The id for the answer to `message`; "null" if there is none that the bridge may echo.
std::string_view echoed_id(std::string_view id);

/// Sends the problem as a JSON-RPC error, with the id of the text if that could be parsed.
core::task<void> send_unreadable(reply& http_reply, const jsonrpc::read_error& error);

}  // namespace bridge::endpoints
