// Writes JSON-RPC messages around raw text that stays as it is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// JSON-RPC 2.0 error codes (section 5.1) and those that MCP SDKs give to transport errors.
namespace error_code {
inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;
inline constexpr int server_error = -32000;       ///< refused by the transport: no session, a limit, a missing key
inline constexpr int session_not_found = -32001;  ///< SDKs expect it, with HTTP 404, for an unknown session
}  // namespace error_code

/// Appends raw JSON text; with `has_line_breaks` each CR and LF becomes a space, which changes nothing but white space
/// and keeps the message on one line, as stdio and SSE need.
void append_raw(std::string& out, std::string_view raw, bool has_line_breaks);

/// Makes each CR and LF in `text`, raw JSON, a space.
void blank_line_breaks(std::span<char> text);

/// Appends `text` as a JSON string, quotes included. Invalid UTF-8 becomes U+FFFD.
void append_string(std::string& out, std::string_view text);

/// Appends the request or notification `message` as exactly `jsonrpc`, `id`, `method` and `params`, with the raw `id` in
/// place of its own (none for a notification). If `token` is not empty it replaces the raw progress token that the
/// message carries.
void append_call(std::string& out, const envelope& message, std::string_view id, std::string_view token);

/// Appends the part of a request or notification that stands before its params, or before its end if it has none: `append_call` for
/// callers that send the params from where they are.
void append_call_head(std::string& out, const envelope& message, std::string_view id);

/// Appends the notification `message` with the raw `replacement` in place of `target`, a view into its params.
void append_notification(std::string& out, const envelope& message, std::string_view target,
                         std::string_view replacement);

/// Appends the answer `message` (result or error) with the raw `id` in place of its own.
void append_answer(std::string& out, const envelope& message, std::string_view id);

/// Appends the part of an answer that stands before its raw contents, and what closes it: `append_answer` for callers
/// that send the contents from where they are.
void append_answer_head(std::string& out, message_kind kind, std::string_view id);
inline constexpr std::string_view answer_tail = "}";

/// The raw id of an answer that begins with what `append_answer_head` appends. However long the answer is, the cost is that of its id.
/// "null" if it begins otherwise.
std::string_view answer_id(std::string_view answer);

/// Appends a result of the bridge's own. `result` is raw JSON.
void append_result(std::string& out, std::string_view id, std::string_view result);

/// Appends an error of the bridge's own. `id` is raw JSON; "null" where the request's id could not be read.
void append_error(std::string& out, std::string_view id, int code, std::string_view text);

}  // namespace bridge::jsonrpc
