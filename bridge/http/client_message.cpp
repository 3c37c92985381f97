#include "bridge/http/client_message.hpp"

#include <spdlog/spdlog.h>

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::http {
namespace {

namespace error_code = jsonrpc::error_code;

// Why a link did not take a call, as an HTTP problem.
problem refusal(boost::system::error_code error) {
    if (error == core::errc::limit_reached) {
        return {statuses::unavailable, error_code::server_error, "too many requests are in flight on the server", {}};
    }
    if (error == core::errc::child_not_reading) {
        return {statuses::unavailable, error_code::server_error, "the server does not read its input", {}};
    }
    return {statuses::unavailable, error_code::server_error, error.message(), {}};
}

}  // namespace

problem unreadable_message(const jsonrpc::read_error& error) {
    if (error.code == core::errc::not_json_rpc) {
        return {statuses::bad_request, error_code::invalid_request, "Invalid Request: " + error.text, {}};
    }
    return {statuses::bad_request, error_code::parse_error, "Parse error: " + error.text, {}};
}

std::optional<problem> send_request(session::session& of, const jsonrpc::envelope& message,
                                    const std::shared_ptr<session::stream>& out, core::clock::time_point now) {
    if (of.is_full()) {
        return problem{statuses::too_many_requests, error_code::server_error,
                       "too many requests are in flight in this session", {}};
    }
    const auto error = of.send(message, of.begin(message, out, now));
    if (error) return refusal(error);
    return std::nullopt;
}

void take_message(session::session& of, const jsonrpc::envelope& message) {
    of.touch(core::clock::now());
    if (message.kind != jsonrpc::message_kind::notification) {
        if (!of.take_answer(message)) spdlog::debug("an answer to no open request was dropped");
    } else if (message.is_method(mcp::method::cancelled)) {
        if (const auto named = of.find(message.request_id)) named->withdraw(message);
    } else {
        of.take_notification(message);
    }
}

}  // namespace bridge::http
