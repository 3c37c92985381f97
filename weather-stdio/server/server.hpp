// A stdio MCP server: add tools, then let it serve.
#pragma once

#include "bridge/core/async.hpp"
#include "weather-stdio/server/limits.hpp"
#include "weather-stdio/server/results.hpp"
#include "weather-stdio/server/tool_registry.hpp"

namespace stdio_server {

/// The reason why a server stopped serving.
enum class end_reason {
    input_ended,    ///< the client closed the server's input; every call has been answered
    output_closed,  ///< the client no longer reads; calls in flight were cancelled
    line_too_long,  ///< a line was over the limit, so framing is lost; calls in flight were answered
    input_failed,   ///< a read failed; calls in flight were answered
};

/// Serves one client on two descriptors, with every revision of MCP and many calls at once. One thread.
class server {
public:
    explicit server(server_info info, limits bounds = {});

    /// Throws as `tool_registry::add` does. Do not call it while the server serves.
    void add(tool added);

    /// Serves until one of the end reasons. The caller keeps `input` and `output`. The server must outlive the task, and SIGPIPE must be
    /// ignored. Throws `boost::system::system_error` if `input` is no open descriptor.
    bridge::core::task<end_reason> serve(int input, int output);

private:
    server_info info_;
    limits bounds_;
    tool_registry tools_;
};

}  // namespace stdio_server
