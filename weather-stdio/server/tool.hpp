// A tool: its description for clients, and the coroutine that runs it.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "bridge/core/async.hpp"

namespace stdio_server {

/// MCP, ToolAnnotations: hints, not promises. An unset hint is omitted.
struct tool_annotations {
    std::optional<bool> read_only;
    std::optional<bool> destructive;
    std::optional<bool> idempotent;
    std::optional<bool> open_world;
};

/// The result of a call. A failure of the tool itself (wrong arguments, a service that is down) is a result too, with `is_error`, so that
/// the model can read it and try again.
struct tool_result {
    std::string text;                                  ///< for people and models
    std::shared_ptr<const nlohmann::json> structured;  ///< matches the tool's output schema; null for none
    bool is_error = false;
};

/// Makes a result that reports a failure.
inline tool_result tool_failure(std::string text) {
    tool_result failure;
    failure.text = std::move(text);
    failure.is_error = true;
    return failure;
}

/// A progress step. `done` must grow from step to step (MCP, ProgressNotification).
struct progress_update {
    double done;
    std::optional<double> total;
    std::string message;
};

/// One call, as its tool sees it. Copies are cheap.
struct tool_call {
    /// Always an object, empty if the client sent none. It is not checked against the input schema.
    std::shared_ptr<const nlohmann::json> arguments;

    /// Reports the progress of the call to the client. Does nothing if the client did not ask for progress.
    std::function<void(const progress_update&)> report;
};

/// Runs one call. Many calls run at once, all on one thread. Terminal cancellation cancels a call: the next `co_await` throws, and the
/// result is dropped. A call must end by itself in bounded time, because the server waits for it at the end of input. An exception is a bug
/// in the tool; the client gets an internal error without details.
using tool_handler = std::function<bridge::core::task<tool_result>(tool_call)>;

/// The question to the user for an argument that the client left out, where the client can ask one.
struct argument_question {
    std::string argument;
    std::string message;  ///< for the user
    std::string schema;   ///< JSON text of the argument's schema, of a kind that forms have (MCP, PrimitiveSchemaDefinition)
};

struct tool {
    std::string name;
    std::string title;
    std::string description;
    std::string input_schema;   ///< JSON text of a JSON Schema (2020-12) with "type": "object"
    std::string output_schema;  ///< JSON text of a JSON Schema for the structured result; empty for none
    tool_annotations annotations;
    std::optional<argument_question> question{};
    tool_handler handler;
};

}  // namespace stdio_server
