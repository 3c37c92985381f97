// The routes from requests to endpoints.
#pragma once

#include <string>
#include <string_view>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/request_handler.hpp"

namespace bridge::endpoints {

/// The methods that the path accepts, as in the Allow header; empty if the path does not exist.
std::string methods_at(const endpoint_context& context, std::string_view path);

/// Routes the requests of one listener.
class router final : public http::request_handler {
public:
    /// `context` must outlive it.
    explicit router(endpoint_context& context) : context_(context) {}

    /// Checks in this order: Host (not for probes) and Origin, path, method, key, the route's own check, the length of the body if the head states
    /// it. Preflights (OPTIONS) need no key, because browsers send none.
    http::admission admit(const request_head& head) const override;

    std::string_view session_of(const request_head& head) const override;
    bool has_session(std::string_view name) const override;

    core::task<void> serve(const http::admission& admitted, const request& http_request, reply& http_reply) override;

private:
    endpoint_context& context_;
};

}  // namespace bridge::endpoints
