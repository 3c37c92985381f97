// The envelope of a JSON-RPC message: its kind, its ids and the position of its contents, which stay unparsed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "bridge/core/error.hpp"

namespace bridge::jsonrpc {

class known_members;

enum class message_kind {
    request,       ///< method and id
    notification,  ///< method, no id
    result,        ///< id and result
    error,         ///< id and error
};

/// A value in the params of a message, by its place there: it needs less room than a view, and stays right when the text moves.
struct params_part {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;  ///< 0: there is no such value

    /// Returns the raw value. `params` are the params of the message, as they were parsed.
    std::string_view in(std::string_view params) const { return params.substr(begin, size); }
};

/// One JSON-RPC 2.0 message. Every view is raw text inside the parsed message: strings with their quotes and escapes, numbers as the sender
/// spelled them. The view of an absent member is empty.
struct envelope {
    message_kind kind{};
    std::string_view id;
    std::string_view method;
    std::string_view params;  ///< an object if present
    std::string_view result;
    std::string_view error;                ///< an object if present
    std::string_view meta;                 ///< `params._meta`
    std::string_view meta_progress_token;  ///< `params._meta.progressToken`: of a request that wants progress
    std::string_view meta_revision;        ///< `params._meta["io.modelcontextprotocol/protocolVersion"]`: of a request of the modern era
    std::string_view progress_token;       ///< `params.progressToken`: of a progress notification
    std::string_view request_id;           ///< `params.requestId`: of a cancellation
    std::string_view task;                 ///< `params.task`: of a request that becomes a task
    std::string_view task_id;              ///< `params.taskId`: of a message about a task
    std::string_view related_task_id;      ///< `params._meta["io.modelcontextprotocol/related-task"].taskId`: of a message that belongs to a task
    params_part name;                      ///< `params.name`: of a call of a tool, or of a prompt
    params_part uri;                       ///< `params.uri`: of a message about a resource
    params_part arguments;                 ///< `params.arguments`: of a call of a tool
    params_part request_state;             ///< `params.requestState`: of a request that continues a call
    params_part input_responses;           ///< `params.inputResponses`: of such a request
    params_part client_capabilities;       ///< in `params._meta`: of a request of the modern era
    params_part log_level;                 ///< in `params._meta`: of a request of the modern era that wants log messages
    bool has_line_breaks = false;          ///< CR or LF occurs between tokens
    bool lacks_version = false;            ///< an answer without `jsonrpc`
    std::shared_ptr<const known_members> known{};  ///< of a large message; null for others

    /// Returns the contents of an answer: its result or its error.
    std::string_view contents() const { return kind == message_kind::error ? error : result; }

    /// True if the method is `wanted`, whatever escapes the message uses.
    bool is_method(std::string_view wanted) const;
};

/// The reason why a text is not one JSON-RPC message.
struct read_error {
    core::errc code{};            ///< invalid_json, invalid_utf8, too_deep, not_json_rpc or ambiguous_names
    std::string text;             ///< the fault and its position, for the sender to read
    std::string_view id{};        ///< the raw id if it could be read and is valid, else empty
    std::string_view other_id{};  ///< the raw id that some readers would find instead: the value of a second `id`, or of a name that folds to it
    bool is_batch = false;        ///< the text is a JSON array, which has a meaning in revision 2025-03-26 only
    bool is_call = false;         ///< the text has `jsonrpc` and a method: it is meant as a request or a notification
    bool is_answer = false;       ///< no method, but `jsonrpc`, `result` or `error`: it is meant as the answer to the request `id`
};

using read_outcome = std::variant<envelope, read_error>;

/// Which messages need `jsonrpc`.
enum class version_rule {
    required,             ///< all of them, by JSON-RPC 2.0, section 4
    optional_in_answers,  ///< all but answers, for servers that leave it out. Log lines in JSON often have an `id` and a `method`, so calls need it
};

/// Parses one message from `text`. The views of the outcome point into `text`. The function validates the whole text: grammar, UTF-8, depth
/// (at most `max_depth` levels). Beyond JSON-RPC 2.0 it applies these rules of MCP (specification, Base protocol): an id is a string or an
/// integer, never null in a request; `params` is an object. A method has 1024 bytes at most.
///
/// Some programs write every member that they know, so these count as absent if they are null: `params`; a progress token; `error` beside a
/// result; `result` beside an error; both beside a method; `method` beside an answer.
///
/// A message fails with ambiguous_names if a guarded name (member_names.hpp) is repeated at its level, or if another name folds to it, because
/// sender, bridge and receiver could each read a different one of the two members. The whole text has been validated by then.
read_outcome read_envelope(std::string_view text, unsigned max_depth, version_rule rule = version_rule::required);

}  // namespace bridge::jsonrpc
