// Every bound of the server loop.
#pragma once

#include <cstddef>

namespace stdio_server {

/// What a client can make the server hold. Reaching a bound gives a clear JSON-RPC error.
struct limits {
    /// Bytes in one line. MCP's SDKs stop at 10 MiB; tool arguments are small.
    std::size_t max_line = std::size_t{4} * 1024 * 1024;

    /// Nested arrays and objects in one message. JSON Schemas, the deepest of usual messages, stay below 32.
    std::size_t max_depth = 128;

    /// Tool calls in flight. Each may hold a connection to a service far away.
    std::size_t max_calls = 64;

    /// Open `subscriptions/listen` requests. A client needs one.
    std::size_t max_subscriptions = 16;

    /// Messages in one batch (revision 2025-03-26).
    std::size_t max_batch = 100;
};

}  // namespace stdio_server
