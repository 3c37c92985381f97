#include "bridge/http/problem.hpp"

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {

void add_retry_after(reply& to, std::chrono::milliseconds time) {
    to.add_header("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()));
}

core::task<void> send_problem(reply& to, problem what, std::string_view id) {
    if (!what.allow.empty()) to.add_header("Allow", what.allow);
    if (what.what.code == statuses::unauthorized.code) to.add_header("WWW-Authenticate", "Bearer");
    if (what.what.code == statuses::too_many_requests.code || what.what.code == statuses::unavailable.code) {
        add_retry_after(to, what.retry_after);
    }
    std::string body;
    jsonrpc::append_error(body, id, what.code, what.text);
    return to.send(what.what, json_type, std::move(body));
}

}  // namespace bridge::http
