// What every request handler works with.
#pragma once

#include <string>

#include "bridge/child/children.hpp"
#include "bridge/core/async.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/memory_budget.hpp"
#include "bridge/http/authentication.hpp"
#include "bridge/http/body_queue.hpp"
#include "bridge/http/failed_keys.hpp"
#include "bridge/http/origin.hpp"
#include "bridge/session/readiness.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::http {

/// Who a listener is for.
enum class door {
    clients,   ///< everything but, unless it is allowed, the metrics
    operators, ///< metrics and health only, without a key
};

struct context {
    core::executor where;
    const core::limits& bounds;
    std::string mcp_path;      ///< of the Streamable HTTP endpoint, "/mcp" by default
    std::string sse_path;      ///< of the stream of HTTP+SSE, "/sse" by default; empty if it is off
    std::string message_path;  ///< where clients of HTTP+SSE post, "/messages" by default
    authenticator keys;
    origin_policy origins;
    session::sessions& sessions;
    session::readiness& ready;
    child::children& children;
    core::memory_budget& memory;
    body_queue& bodies;
    failed_keys wrong_keys{};
    door to = door::clients;
    bool shows_metrics = false;  ///< to clients, who need a key if there are keys
    bool streams_replies = true;     ///< a POST may be answered by a stream; else always by JSON
    bool ends_every_stream = false;  ///< at `stream_max_age`, also where the client is not known to come back
};

}  // namespace bridge::http
