// The requests of clients about their tasks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bridge/era/modern_clients.hpp"
#include "bridge/era/modern_request.hpp"

namespace bridge::era {

/// True if the raw method is one of the tasks extension (revision 2026-07-28): `tasks/get`, `tasks/update` or `tasks/cancel`.
bool is_task_request(std::string_view method);

/// Returns the id of the task that such a request, `message` with the envelope `said` and the header Mcp-Name `name`, is about.
core::result<std::string, request_fault> task_named_by(const jsonrpc::envelope& message, const modern_request& said,
                                                       const std::optional<std::string_view>& name);

/// Answers such a request of a client of `principal` about the task `id`, which no child of the client has. Returns the raw result. `text`, if not
/// null, is the text from which `message` was parsed; the function moves from it if an answer in it is large.
core::result<task_text, request_fault> answer_task_request(modern_clients& clients, std::string_view principal, const std::string& id,
                                                           const jsonrpc::envelope& message, const modern_request& said, std::string* text);

/// The fault of the request `message` if it wants to listen to tasks, and the client has not declared the extension.
std::optional<request_fault> task_listening_fault(const jsonrpc::envelope& message, const modern_request& said);

}  // namespace bridge::era
