// The routes from requests to endpoints.
#pragma once

#include <string>
#include <string_view>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/request_handler.hpp"

namespace bridge::endpoints {

/// The methods that the path accepts, as in the Allow header; empty if the path does not exist.
std::string methods_at(const context& with, std::string_view path);

/// Routes the requests of one listener.
class router final : public http::request_handler {
public:
    /// `shared` must outlive it.
    explicit router(context& shared) : context_(shared) {}

    /// Checks in this order: Host and Origin, path, method, key, the route's own check, the length of the body if the head states it. Preflights
    /// (OPTIONS) need no key, because browsers send none.
    http::admission admit(const request_head& head) const override;

    core::task<void> serve(const http::admission& admitted, const request& received, reply& answer) override;

private:
    context& context_;
};

}  // namespace bridge::endpoints
