// Reads what a JSON-RPC message is and for whom, and leaves its contents alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "bridge/core/error.hpp"

namespace bridge::jsonrpc {

enum class message_kind {
    request,       ///< method and id
    notification,  ///< method, no id
    result,        ///< id and result
    error,         ///< id and error
};

/// One JSON-RPC 2.0 message. Every view is raw text inside the message that was read: strings with their quotes and
/// escapes, numbers as they were spelled. A member that is absent is an empty view.
struct envelope {
    message_kind kind{};
    std::string_view id;
    std::string_view method;
    std::string_view params;              ///< an object if present
    std::string_view result;
    std::string_view error;               ///< an object if present
    std::string_view meta;                ///< `params._meta`
    std::string_view meta_progress_token; ///< `params._meta.progressToken`: a request that wants progress
    std::string_view progress_token;      ///< `params.progressToken`: a progress notification
    std::string_view request_id;          ///< `params.requestId`: a cancellation
    std::string_view task;                ///< `params.task`: a request that becomes a task
    std::string_view task_id;             ///< `params.taskId`: a message about a task
    std::string_view related_task_id;     ///< `params._meta["io.modelcontextprotocol/related-task"].taskId`: one that belongs to a task
    bool has_line_breaks = false;         ///< CR or LF stand between tokens

    /// Calls `change` with each view, so that all can be moved to another copy of the text.
    template <class Change>
    void for_each_part(Change&& change) {
        for (std::string_view* part : {&id, &method, &params, &result, &error, &meta, &meta_progress_token, &progress_token, &request_id,
                                       &task, &task_id, &related_task_id}) {
            change(*part);
        }
    }

    /// What an answer says: its result or its error.
    std::string_view contents() const { return kind == message_kind::error ? error : result; }

    /// True if the method's name is `name`, whatever escapes spell it.
    bool is_method(std::string_view name) const;
};

/// Why a text is not one JSON-RPC message.
struct read_error {
    core::errc code{};        ///< invalid_json, invalid_utf8, too_deep, not_json_rpc or ambiguous_names
    std::string text;         ///< what is wrong and where, for the sender to read
    std::string_view id;      ///< the raw id if it could still be read and is a valid one, else empty
    bool is_batch = false;    ///< the text is a JSON array, which revision 2025-03-26 alone gives a meaning
    bool is_call = false;     ///< of ambiguous_names: the message has a method, so it is no answer
};

using read_outcome = std::variant<envelope, read_error>;

/// Reads one message from `text`, which the views of the outcome point into. The whole text is validated: grammar,
/// UTF-8, depth (at most `max_depth` levels). Beyond JSON-RPC 2.0 these rules of MCP hold (specification, Base protocol):
/// an id is a string or an integer, never null in a request; `params` is an object; a method has 1024 bytes at most. `params: null` counts as absent.
/// A message is refused as ambiguous_names if a guarded name (member_names.hpp) is repeated at its level, or another name folds to it,
/// because sender, bridge and receiver could each believe another of the two. The whole text has been validated then.
read_outcome read_envelope(std::string_view text, unsigned max_depth);

/// The number that the raw id or progress token `raw` names if it is one that a link minted: a positive integer below
/// 2^53, also as a string, because some servers answer `"5"` to 5. Nothing otherwise.
std::optional<std::uint64_t> minted_number(std::string_view raw);

}  // namespace bridge::jsonrpc
