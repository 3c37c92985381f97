// The parts of replies that all requests of the modern era share.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bridge/endpoints/stream_reply.hpp"
#include "bridge/era/request_fault.hpp"
#include "bridge/http/problem.hpp"

namespace bridge::endpoints {

/// Refuses the request `id` because of `fault`.
core::task<void> refuse(reply& http_reply, const era::request_fault& fault, std::string_view id);

/// The problem `legacy` with the error code that it has in the modern era.
problem modern(problem legacy);

/// The fault of a request whose method is unknown; `text` says why.
era::request_fault unknown_method(std::string text);

/// The fault of a request that continues a call which nobody knows.
era::request_fault invalid_state();

/// How the reply to a request with the head `head` may be sent.
stream_reply::manner manner_of(const endpoint_context& context, const request_head& head);

/// Returns a function that returns false once the client has left to whom `waiting`, which must outlive it, replies.
std::function<bool()> presence_of(reply& waiting);

}  // namespace bridge::endpoints
