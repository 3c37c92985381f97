#include "bridge/http/problem.hpp"

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {

void add_retry_after(reply& answer, std::chrono::milliseconds time) {
    answer.add_header("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()));
}

void log_problem(reply& answer, const problem& refusal) {
    const connection_state& connection = answer.state_of_connection();
    if (connection.on_refusal && refusal.what.code >= statuses::bad_request.code) connection.on_refusal(refusal);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the coroutine needs a copy of its own
core::task<void> send_problem(reply& answer, problem refusal, std::string_view id) {
    log_problem(answer, refusal);
    if (!refusal.allow.empty()) answer.add_header("Allow", refusal.allow);
    if (refusal.what.code == statuses::unauthorized.code) answer.add_header("WWW-Authenticate", "Bearer");
    if (refusal.what.code == statuses::too_many_requests.code || refusal.what.code == statuses::unavailable.code) {
        add_retry_after(answer, refusal.retry_after);
    }
    std::string body;
    jsonrpc::append_error(body, id, refusal.code, refusal.text);
    return answer.send(refusal.what, json_type, std::move(body));
}

}  // namespace bridge::http
