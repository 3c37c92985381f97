#include "tests/support/mcp_session.hpp"

#include "tests/support/raw_json.hpp"

namespace test_support {
namespace {

constexpr long notification = -1;

std::string call_params(std::string_view tool, std::string_view arguments) {
    return R"({"name":)" + quoted_json(tool) + R"(,"arguments":)" + std::string(arguments) + "}";
}

}  // namespace

std::string mcp_answer::at(std::string_view path) const {
    return std::string(test_support::at(message, path));
}

std::string mcp_answer::text() const {
    return unquoted(test_support::at(message, "result/content/0/text"));
}

mcp_session::mcp_session(std::uint16_t port, mcp_options options) : port_(port), options_(std::move(options)) {}

mcp_session& mcp_session::open() {
    const mcp_answer answer = initialize();
    if (answer.at("result").empty()) {
        throw http_failure("initialize was answered " + std::to_string(answer.http.status) + ": " +
                           (answer.message.empty() ? answer.http.body : answer.message));
    }
    const http_response accepted = notify("notifications/initialized");
    if (accepted.status != 202) {
        throw http_failure("notifications/initialized was answered " + std::to_string(accepted.status));
    }
    return *this;
}

mcp_answer mcp_session::initialize() {
    const mcp_answer answer = request("initialize", R"({"protocolVersion":)" + quoted_json(options_.version) + R"(,"capabilities":)" +
                                                        options_.capabilities + R"(,"clientInfo":{"name":"mcp_session","version":"1"}})");
    session_id_ = answer.http.header("mcp-session-id");
    negotiated_version_ = unquoted(answer.at("result/protocolVersion"));
    return answer;
}

mcp_answer mcp_session::call(std::string_view tool, std::string_view arguments, milliseconds limit) {
    return request("tools/call", call_params(tool, arguments), limit);
}

mcp_answer mcp_session::request(std::string_view method, std::string_view params, milliseconds limit) {
    http_client connection = begin(method, params);
    return read_answer(connection, last_request_id(), limit);
}

http_response mcp_session::post(std::string_view body) {
    return http_client(port_).post(options_.path, headers(), body);
}

http_response mcp_session::notify(std::string_view method, std::string_view params) {
    return post(message(method, params, notification));
}

http_response mcp_session::terminate() {
    return http_client(port_).request("DELETE", options_.path, headers());
}

http_client mcp_session::begin(std::string_view method, std::string_view params) {
    return begin_post(message(method, params, next_request_id_++));
}

http_client mcp_session::begin_post(std::string_view body) {
    http_client connection(port_);
    connection.send_request("POST", options_.path, headers(), body);
    return connection;
}

http_client mcp_session::begin_call(std::string_view tool, std::string_view arguments) {
    return begin("tools/call", call_params(tool, arguments));
}

http_client mcp_session::begin_listening(const std::string& last_event_id) {
    http_headers with = headers();
    with.erase("Accept");
    with.emplace("Accept", "text/event-stream");
    if (!last_event_id.empty()) with.emplace("Last-Event-ID", last_event_id);
    http_client connection(port_);
    connection.send_request("GET", options_.path, with);
    return connection;
}

http_response mcp_session::get(const std::string& last_event_id) {
    http_client connection = begin_listening(last_event_id);
    http_response response;
    static_cast<response_head&>(response) = connection.read_head();
    response.body = connection.read_body();
    return response;
}

http_client mcp_session::listen(const std::string& last_event_id) {
    http_client connection = begin_listening(last_event_id);
    const response_head head = connection.read_head();
    if (head.status != 200) throw http_failure("the GET stream was answered " + std::to_string(head.status));
    return connection;
}

http_headers mcp_session::headers() const {
    http_headers all = options_.headers;
    all.emplace("Content-Type", "application/json");
    all.emplace("Accept", "application/json, text/event-stream");
    if (!session_id_.empty()) all.emplace("Mcp-Session-Id", session_id_);
    if (!negotiated_version_.empty()) all.emplace("MCP-Protocol-Version", negotiated_version_);
    return all;
}

std::string mcp_session::message(std::string_view method, std::string_view params, long id) const {
    std::string text = R"({"jsonrpc":"2.0")";
    if (id != notification) text += R"(,"id":)" + std::to_string(id);
    text += R"(,"method":)" + quoted_json(method);
    if (!params.empty()) text += R"(,"params":)" + std::string(params);
    return text + "}";
}

mcp_answer read_answer(http_client& connection, long id, milliseconds limit) {
    return read_answer(connection, std::to_string(id), limit);
}

mcp_answer read_answer(http_client& connection, std::string_view id, milliseconds limit) {
    const deadline end(limit);
    mcp_answer answer;
    static_cast<response_head&>(answer.http) = connection.read_head(limit);
    if (!answer.http.is_event_stream()) {
        answer.http.body = connection.read_body(milliseconds(end.left_ms()));
        if (answer.http.body.starts_with('{')) answer.message = answer.http.body;
        return answer;
    }
    while (auto event = connection.read_event(milliseconds(end.left_ms()))) {
        const bool is_response = member(event->data, "method").empty() && member(event->data, "id") == id;
        if (is_response) {
            answer.message = std::move(event->data);
            return answer;
        }
        if (!event->data.empty()) answer.earlier.push_back(std::move(event->data));
    }
    return answer;
}

}  // namespace test_support
