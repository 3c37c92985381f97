// What becomes of a client's message, whether it comes alone or in a batch.
#pragma once

#include <memory>
#include <optional>

#include "bridge/http/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::http {

/// What is wrong with a text that is no message.
problem unreadable_message(const jsonrpc::read_error& error);

/// Sends the request `message` to the session's child. What comes of it goes to `out`, on which one answer must be owed for
/// it. If it cannot be sent, says why; then nothing comes.
std::optional<problem> send_request(session::session& of, const jsonrpc::envelope& message,
                                    const std::shared_ptr<session::stream>& out, core::clock::time_point now);

/// Takes a client's notification or answer: acts on a cancellation, passes the rest on.
void take_message(session::session& of, const jsonrpc::envelope& message);

}  // namespace bridge::http
