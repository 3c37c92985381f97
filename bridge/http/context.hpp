// What every request handler works with.
#pragma once

#include <string>

#include "bridge/core/async.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/http/authentication.hpp"
#include "bridge/http/origin.hpp"
#include "bridge/session/readiness.hpp"
#include "bridge/session/sessions.hpp"

namespace bridge::http {

struct context {
    core::executor where;
    const core::limits& bounds;
    std::string mcp_path;  ///< of the Streamable HTTP endpoint, "/mcp" by default
    authenticator keys;
    origin_policy origins;
    session::sessions& sessions;
    session::readiness& ready;
};

}  // namespace bridge::http
