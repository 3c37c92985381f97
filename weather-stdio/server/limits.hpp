// All limits of the server loop.
#pragma once

#include <cstddef>

namespace stdio_server {

/// The limits of the resources that a client can make the server use. A client that reaches a limit gets a clear JSON-RPC error.
struct limits {
    /// Longest line, in bytes. MCP's SDKs stop at 10 MiB; tool arguments are small.
    std::size_t max_line = std::size_t{4} * 1024 * 1024;

    /// Deepest nesting of arrays and objects in one message. JSON Schemas, the deepest of usual messages, stay below 32.
    std::size_t max_depth = 128;

    /// Most tool calls in flight. Each may hold a connection to a distant service.
    std::size_t max_calls = 64;

    /// Most open `subscriptions/listen` requests. A client needs one.
    std::size_t max_subscriptions = 16;

    /// Most messages in one batch (revision 2025-03-26).
    std::size_t max_batch = 100;
};

}  // namespace stdio_server
