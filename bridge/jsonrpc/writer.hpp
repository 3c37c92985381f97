// The writer of JSON-RPC messages around raw text, which it does not change.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// JSON-RPC 2.0 error codes (section 5.1), and the codes that MCP SDKs use for transport errors.
namespace error_code {
inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;
inline constexpr int server_error = -32000;       ///< refusals by the transport: no session, a limit, a missing key
inline constexpr int session_not_found = -32001;  ///< the code that SDKs expect, with HTTP 404, for an unknown session
}  // namespace error_code

/// Appends raw JSON text. With `has_line_breaks` each CR and LF becomes a space. This changes only white space and keeps the message on one
/// line, as stdio and SSE require.
void append_raw(std::string& out, std::string_view raw, bool has_line_breaks);

/// Replaces each CR and LF in `text`, raw JSON, with a space.
void blank_line_breaks(std::span<char> text);

/// Appends `text` as a JSON string, quotes included. Invalid UTF-8 becomes U+FFFD.
void append_string(std::string& out, std::string_view text);

/// Appends the request or notification `message` as exactly `jsonrpc`, `id`, `method` and `params`. The raw `id` replaces the message's own
/// (empty for a notification). If `token` is not empty, it replaces the raw progress token of the message.
void append_call(std::string& out, const envelope& message, std::string_view id, std::string_view token);

/// Appends the part of a request or notification before its params, or before its end if it has no params. Callers use it instead of
/// `append_call` to send the params without copying them.
void append_call_head(std::string& out, const envelope& message, std::string_view id);

/// Appends the notification `message`, with the raw `replacement` in place of `target`, a view into its params.
void append_notification(std::string& out, const envelope& message, std::string_view target, std::string_view replacement);

/// Appends the answer `message` (result or error). The raw `id` replaces its own.
void append_answer(std::string& out, const envelope& message, std::string_view id);

/// Appends the part of an answer before its raw contents. `answer_tail` closes the answer. Callers use the two instead of `append_answer`
/// to send the contents without copying them.
void append_answer_head(std::string& out, message_kind kind, std::string_view id);
inline constexpr std::string_view answer_tail = "}";

/// Returns the raw id of an answer that begins with the text of `append_answer_head`, or "null" if it begins otherwise. The cost depends on
/// the length of the id only.
std::string_view answer_id(std::string_view answer);

/// Appends a result that the bridge itself gives. `result` is raw JSON.
void append_result(std::string& out, std::string_view id, std::string_view result);

/// Appends an error that the bridge itself gives. `id` is raw JSON, or "null" if the request's id could not be read.
void append_error(std::string& out, std::string_view id, int code, std::string_view text);

}  // namespace bridge::jsonrpc
