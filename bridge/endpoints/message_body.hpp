// What every front door says of a body that is no JSON-RPC message.
#pragma once

#include <optional>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/request.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::endpoints {

/// 415 for a body that is not JSON, or compressed.
std::optional<problem> check_body(const request_head& head);

/// Reads the one message that the large body of `what` is, in slices. Its line breaks become spaces, so that it can be passed on where it is.
core::task<jsonrpc::read_outcome> read_large_body(context& with, const request& what);

/// What is wrong with a text that is no message. Its status is 200 if it is one that is only refused for its member names.
problem unreadable_message(const jsonrpc::read_error& error);

/// What is wrong with a message of which a part is too long that would be kept: its id, a token, the params of `initialize`. A request gets status
/// 200, as on 400 some clients give up the whole session, unless it is the id itself, which is not repeated.
std::optional<problem> check_lengths(const jsonrpc::envelope& message);

/// The id to answer `message` under, or "null" where there is none that may be repeated.
std::string_view echoed_id(std::string_view id);

/// Sends that as a JSON-RPC error, under the id that the text has if that could be read.
core::task<void> send_unreadable(reply& to, const jsonrpc::read_error& error);

}  // namespace bridge::endpoints
