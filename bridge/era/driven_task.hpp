// Calls that a child of the legacy era serves as its own tasks only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/era/modern_client.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::era {

/// True if the child of `client` calls the raw `tool` as a task only (revision 2025-11-25, Tasks, "Tool-Level Negotiation"). The tasks of that
/// revision are unknown in the modern era, so the bridge creates the task and waits for its result, and the client sees a plain call.
bool needs_task(const modern_client& client, std::string_view tool);

/// Adds the wish for a task to the request `message`, which has params and was parsed from `text`. A small text is written and parsed again, a large
/// one is changed where it is (`jsonrpc::prepend_param`). `max_depth` as for `read_envelope`.
void wish_for_task(std::string& text, jsonrpc::envelope& message, unsigned max_depth);

/// If the child answers `call` with a task, the client gets the progress and the result of the task.
void follow_task(const std::shared_ptr<session::exchange>& call);

}  // namespace bridge::era
