#include "bridge/http/request_handler.hpp"

#include <algorithm>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

using jsonrpc::error_code::server_error;

// Some clients and proxies send a body where it has no meaning. A short one is read, because a closed connection would cost the client more
// than discarding the bytes costs the bridge.
constexpr std::size_t longest_unwanted_body = 64 * 1024;

}  // namespace

std::size_t longest_body(body_use use, const core::limits& bounds) {
    return use == body_use::message ? bounds.body_bytes : std::min(bounds.body_bytes, longest_unwanted_body);
}

problem too_long_for(body_use use) {
    if (use == body_use::none) return {statuses::content_too_large, server_error, "Content Too Large: this request takes no body", {}};
    core::meters().count_hit(core::bound::body_size);
    return {statuses::content_too_large, server_error, "Content Too Large: the body is over the limit", {}};
}

}  // namespace bridge::http
