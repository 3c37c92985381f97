#include "bridge/endpoints/client_message.hpp"

#include "bridge/core/metrics.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/method_rules.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;

}  // namespace

problem call_problem(boost::system::error_code error) {
    if (error == core::errc::limit_reached) {
        return {statuses::unavailable, error_code::server_error, "too many requests are in flight on the server (--max-child-requests)", {}};
    }
    if (error == core::errc::child_not_reading) {
        return {statuses::unavailable, error_code::server_error, "the server does not read its input", {}};
    }
    return {statuses::unavailable, error_code::server_error, error.message(), {}};
}

problem only_json() {
    return {statuses::not_acceptable, error_code::server_error, "Not Acceptable: Accept must allow application/json", {}};
}

std::optional<problem> check_room(const session::session& client_session) {
    if (!client_session.is_full()) return std::nullopt;
    core::meters().count_hit(core::bound::session_requests);
    return problem{statuses::too_many_requests, error_code::server_error, "too many requests are in flight in this session", {}};
}

std::optional<problem> send_request(session::session& client_session, const jsonrpc::envelope& message, const std::shared_ptr<session::stream>& out,
                                    core::clock::time_point now, std::string* text) {
    if (const char* const fault = mcp::request_method_fault(message.method)) {
        return problem{statuses::ok, error_code::invalid_request, std::string("Invalid Request: ") + fault, {}};
    }
    if (auto full = check_room(client_session)) return full;
    if (auto refused = client_session.refusal()) return problem_of(std::move(*refused));
    const auto error = client_session.send(message, client_session.begin(message, out, now), text);
    if (error) return call_problem(error);
    return std::nullopt;
}

std::string initialize_params(const jsonrpc::envelope& message) {
    std::string params;
    jsonrpc::append_raw(params, message.params.empty() ? std::string_view("{}") : message.params, message.has_line_breaks);
    return params;
}

core::task<void> accept_message(named_session named, const request& http_request, const jsonrpc::envelope& message, reply& http_reply) {
    if (named.wrong) {
        return send_problem(http_reply, std::move(*named.wrong));
    }
    named.found->receive(message, core::clock::now(), &http_request.body);
    return http_reply.send(statuses::accepted, {}, {});
}

}  // namespace bridge::endpoints
