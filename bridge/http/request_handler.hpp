// The interface to which the server passes requests.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "bridge/core/async.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/http/authentication.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::http {

/// The use that a route has for the body of a request.
enum class body_use {
    none,     ///< it needs none: a short one is read and thrown away, so that the connection can go on
    message,  ///< it reads the message in it
};

/// The outcome of looking at a request's head: a route, or what to answer instead.
struct admission {
    std::size_t route = 0;  ///< the number by which the handler finds the route again
    body_use body = body_use::none;
    caller from;
    std::optional<problem> refused;
    std::string wrong_key;  ///< where a wrong key stood, in words; empty unless that is why the request is refused
};

/// Decides which requests are served, and serves them. It knows what the paths are for; the server does not.
class request_handler {
public:
    virtual ~request_handler() = default;

    /// Decides by the head alone, before the body is read.
    virtual admission admit(const request_head& head) const = 0;

    /// Serves a request that was admitted, whose body is complete, and writes the reply. All arguments outlive the call.
    virtual core::task<void> serve(const admission& admitted, const request& received, reply& answer) = 0;
};

/// The longest body, in bytes, of a request whose route does that with it. The answer to a longer one is `too_long_for`, and the body stays unread.
std::size_t longest_body(body_use use, const core::limits& bounds);
problem too_long_for(body_use use);

}  // namespace bridge::http
