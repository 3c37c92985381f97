#include "bridge/endpoints/client_message.hpp"

#include "bridge/core/metrics.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/method_rules.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;

// Why a link did not accept a call, as an HTTP problem.
problem call_problem(boost::system::error_code error) {
    if (error == core::errc::limit_reached) {
        return {statuses::unavailable, error_code::server_error, "too many requests are in flight on the server", {}};
    }
    if (error == core::errc::child_not_reading) {
        return {statuses::unavailable, error_code::server_error, "the server does not read its input", {}};
    }
    return {statuses::unavailable, error_code::server_error, error.message(), {}};
}

}  // namespace

problem only_json() {
    return {statuses::not_acceptable, error_code::server_error, "Not Acceptable: Accept must allow application/json", {}};
}

std::optional<problem> check_room(const session::session& of) {
    if (!of.is_full()) return std::nullopt;
    core::meters().note_hit(core::bound::session_requests);
    return problem{statuses::too_many_requests, error_code::server_error, "too many requests are in flight in this session", {}};
}

std::optional<problem> send_request(session::session& of, const jsonrpc::envelope& message, const std::shared_ptr<session::stream>& out,
                                    core::clock::time_point now, std::string* text) {
    if (const char* const fault = mcp::request_method_fault(message.method)) {
        return problem{statuses::ok, error_code::invalid_request, std::string("Invalid Request: ") + fault, {}};
    }
    if (auto full = check_room(of)) return full;
    if (auto refused = of.refusal()) return problem_of(std::move(*refused));
    const auto error = of.send(message, of.begin(message, out, now), text);
    if (error) return call_problem(error);
    return std::nullopt;
}

}  // namespace bridge::endpoints
