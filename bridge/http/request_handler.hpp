// The interface to which the server passes requests.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/core/async.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/http/authentication.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/http/request.hpp"

namespace bridge::http {

/// The use that a route has for the body of a request.
enum class body_use {
    none,     ///< the route needs no body: a short one is read and discarded, so that the connection stays usable
    message,  ///< the route parses the message in the body
};

/// The decision about a request's head: a route, or a refusal.
struct admission {
    std::size_t route = 0;  ///< the number by which the handler finds the route again
    body_use body = body_use::none;
    caller from;
    std::optional<problem> refused;
    std::string wrong_key;  ///< the places of a wrong key, in words; empty unless a wrong key is the reason for the refusal
};

/// Decides which requests are served, and serves them. The handler knows the paths; the server does not.
class request_handler {
public:
    virtual ~request_handler() = default;

    /// Decides by the head alone, before the body is read.
    virtual admission admit(const request_head& head) const = 0;

    /// The session that a request names; empty if it names none.
    virtual std::string_view session_of(const request_head& head) const {
        static_cast<void>(head);
        return {};
    }

    /// True if a session of this process has that name, whoever owns it.
    virtual bool has_session(std::string_view name) const {
        static_cast<void>(name);
        return false;
    }

    /// Serves an admitted request, whose body is complete, and writes the reply. All arguments outlive the call.
    virtual core::task<void> serve(const admission& admitted, const request& received, reply& answer) = 0;
};

/// Returns the longest body, in bytes, for a route with this use. `too_long_for` is the reply to a longer one, which stays unread.
std::size_t longest_body(body_use use, const core::limits& bounds);
problem too_long_for(body_use use);

}  // namespace bridge::http
