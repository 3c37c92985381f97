#include "bridge/endpoints/refusals.hpp"

#include <utility>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/session/refusal_answer.hpp"

namespace bridge::endpoints {
namespace {

// Returns the message of the error in `answer`, a JSON-RPC response.
std::string message_of(std::string_view answer) {
    const std::string_view message = jsonrpc::find_member(jsonrpc::find_member(answer, "error"), "message");
    return message.empty() ? "the answer is an error" : jsonrpc::decode_string(message);
}

}  // namespace

problem problem_of(child::refusal refusal) {
    session::refusal_answer answer = session::answer_to(std::move(refusal), session::refused_request::other);
    problem out{answer.retry_after ? statuses::unavailable : statuses::ok, answer.code, std::move(answer.text), {}};
    if (answer.retry_after) out.retry_after = *answer.retry_after;
    return out;
}

core::task<void> send_refusal(reply& http_reply, child::refusal refusal, std::string_view id) {
    const session::refusal_answer refused = session::answer_to(std::move(refusal), session::refused_request::initialize);
    std::string response = refused.response(id);
    const status outcome = begin_answer(http_reply, refused.retry_after, response);
    return http_reply.send(outcome, json_type, std::move(response));
}

status begin_answer(reply& http_reply, std::optional<std::chrono::milliseconds> retry_after, std::string_view answer) {
    if (!retry_after) return statuses::ok;
    http::add_retry_after(http_reply, *retry_after);
    http::log_problem(http_reply, {statuses::unavailable, jsonrpc::error_code::server_error, message_of(answer), {}});
    return statuses::unavailable;
}

}  // namespace bridge::endpoints
