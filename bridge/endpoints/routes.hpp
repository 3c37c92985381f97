// Which handler answers which request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bridge/http/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/reply.hpp"

namespace bridge::http {

/// What a route does with the body of a request.
enum class body_use {
    none,     ///< it needs none: a short one is read and thrown away, so that the connection can go on
    message,  ///< it reads the message in it
};

struct route {
    core::task<void> (*serve)(context&, const request&, reply&);
    /// Says by the head alone what is wrong, before the body is read; null for nothing to check.
    std::optional<problem> (*check)(const request_head&);
    body_use body;
};

/// The longest body, in bytes, that `to` reads. The answer to a request with a longer one is `too_long_for(to)`, and the body stays unread.
std::size_t longest_body(const route& to, const core::limits& bounds);
problem too_long_for(const route& to);

/// The outcome of looking at a request's head: a handler, or what to answer instead.
struct admission {
    const route* to = nullptr;
    caller from;
    std::optional<problem> refused;
    std::string wrong_key;  ///< where a wrong key stood, in words; empty unless that is why the request is refused
};

/// The methods that the path takes, as the Allow header lists them; empty if nothing is there.
std::string methods_at(const context& with, std::string_view path);

/// Checks in this order: Host and Origin, path, method, key, the route's own check, the length of the body if the head states it. Preflights (OPTIONS) need no key,
/// because browsers send none.
admission admit(const context& with, const request_head& head);

}  // namespace bridge::http
