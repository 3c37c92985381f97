// Which handler answers which request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bridge/http/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/reply.hpp"

namespace bridge::http {

struct route {
    core::task<void> (*serve)(context&, const request&, reply&);
    /// Says by the head alone what is wrong, before the body is read; null for nothing to check.
    std::optional<problem> (*check)(const request_head&);
};

/// The outcome of looking at a request's head: a handler, or what to answer instead.
struct admission {
    const route* to = nullptr;
    caller from;
    std::optional<problem> refused;
    std::string wrong_key;  ///< where a wrong key stood, in words; empty unless that is why the request is refused
};

/// The methods that the path takes, as the Allow header lists them; empty if nothing is there.
std::string methods_at(const context& with, std::string_view path);

/// Checks in this order: Host and Origin, path, method, key, the route's own check. Preflights (OPTIONS) need no key,
/// because browsers send none.
admission admit(const context& with, const request_head& head);

}  // namespace bridge::http
