// The delivery of a client's message to its session, whether it arrived alone, in a batch or over HTTP+SSE.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bridge/endpoints/context.hpp"
#include "bridge/endpoints/named_session.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::endpoints {

/// The error for a client that accepts only streams, when POSTs are answered by JSON only.
problem only_json();

/// Why a link did not accept a call, as an HTTP problem.
problem call_problem(boost::system::error_code error);

/// Why the session's client may send no request at the moment; nothing if it may.
std::optional<problem> check_room(const session::session& client_session);

/// Sends the request `message` to the session's child. `out` gets all outcomes; it must owe one answer for the request. If the request cannot be
/// sent, returns the reason, and `out` gets nothing. The status of the reason is 200 if the request itself is at fault. `text`, if not null, is the
/// text from which `message` was parsed; the function moves from it if the text is large.
std::optional<problem> send_request(session::session& client_session, const jsonrpc::envelope& message, const std::shared_ptr<session::stream>& out,
                                    core::clock::time_point now, std::string* text = nullptr);

/// The raw params of an `initialize` request, on one line; an empty object if the request has none.
std::string initialize_params(const jsonrpc::envelope& message);

/// Passes `message`, a notification or an answer in the body of `http_request`, to the session. The reply has only a status, or the problem with the
/// session, which has no id.
core::task<void> accept_message(named_session named, const request& http_request, const jsonrpc::envelope& message, reply& http_reply);

}  // namespace bridge::endpoints
