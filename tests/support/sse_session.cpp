#include "tests/support/sse_session.hpp"

#include "tests/support/raw_json.hpp"

namespace test_support {
namespace {

std::string message_text(std::string_view method, std::string_view params, std::string_view id) {
    std::string text = R"({"jsonrpc":"2.0")";
    if (!id.empty()) text += R"(,"id":)" + std::string(id);
    text += R"(,"method":)" + quoted_json(method);
    if (!params.empty()) text += R"(,"params":)" + std::string(params);
    return text + "}";
}

/// A reference without a scheme, resolved against the target of a request.
std::string resolved(const std::string& target, const std::string& reference) {
    if (reference.starts_with('/')) return reference;
    const std::string path = target.substr(0, target.find('?'));
    return path.substr(0, path.rfind('/') + 1) + reference;
}

}  // namespace

sse_session::sse_session(std::uint16_t port, sse_options options) : port_(port), options_(std::move(options)), stream_(port) {
    connect(options_.headers);
}

void sse_session::connect(const http_headers& headers) {
    http_headers all = headers;
    all.emplace("Accept", "text/event-stream");
    stream_.send_request("GET", options_.target, all);
    head_ = stream_.read_head();
    if (head_.status != 200) throw http_failure("the stream was answered " + std::to_string(head_.status));
    const auto first = stream_.read_any_event();
    if (!first || first->event != "endpoint") throw http_failure("the first event is no endpoint");
    reference_ = first->data;
    endpoint_ = resolved(options_.target, reference_);
    last_event_id_ = first->id;
}

void sse_session::come_back() {
    http_headers headers = options_.headers;
    headers.emplace("Last-Event-ID", last_event_id_);
    stream_ = http_client(port_);
    connect(headers);
}

void sse_session::come_back_as_new() {
    stream_ = http_client(port_);
    connect(options_.headers);
}

sse_session& sse_session::open() {
    const mcp_answer answer = initialize();
    if (answer.at("result").empty()) throw http_failure("initialize was answered " + answer.message);
    const int status = notify("notifications/initialized").status;
    if (status != 202) throw http_failure("notifications/initialized was answered " + std::to_string(status));
    return *this;
}

mcp_answer sse_session::initialize() {
    return request("initialize", R"({"protocolVersion":)" + quoted_json(options_.version) + R"(,"capabilities":)" + options_.capabilities +
                                     R"(,"clientInfo":{"name":"sse_session","version":"1"}})");
}

mcp_answer sse_session::call(std::string_view tool, std::string_view arguments) {
    return answer_to(begin_call(tool, arguments));
}

mcp_answer sse_session::request(std::string_view method, std::string_view params) {
    return answer_to(begin(method, params));
}

long sse_session::begin(std::string_view method, std::string_view params) {
    const long id = next_request_id_++;
    const http_response taken = post(message_text(method, params, std::to_string(id)));
    if (taken.status != 202) {
        throw http_failure("a request was answered " + std::to_string(taken.status) + ": " + taken.body);
    }
    return id;
}

long sse_session::begin_call(std::string_view tool, std::string_view arguments) {
    return begin("tools/call", R"({"name":)" + quoted_json(tool) + R"(,"arguments":)" + std::string(arguments) + "}");
}

http_response sse_session::post(std::string_view body) {
    return http_client(port_).post(endpoint_, post_headers(), body);
}

http_response sse_session::notify(std::string_view method, std::string_view params) {
    return post(message_text(method, params, {}));
}

mcp_answer sse_session::answer_to(std::string_view id, milliseconds limit) {
    const deadline end(limit);
    mcp_answer answer;
    while (auto message = next(milliseconds(end.left_ms()))) {
        if (member(*message, "method").empty() && member(*message, "id") == id) {
            answer.message = std::move(*message);
            return answer;
        }
        answer.earlier.push_back(std::move(*message));
    }
    return answer;
}

std::optional<std::string> sse_session::next(milliseconds limit) {
    auto event = stream_.read_event(limit);
    if (!event) return std::nullopt;
    if (event->event != "message") throw http_failure("an event of type '" + event->event + "' came");
    if (!event->id.empty()) throw http_failure("a message has the event id " + event->id);
    return std::move(event->data);
}

std::string sse_session::id() const {
    const auto start = endpoint_.find("sessionId=");
    if (start == endpoint_.npos) return {};
    const std::string rest = endpoint_.substr(start + 10);
    return rest.substr(0, rest.find('&'));
}

http_headers sse_session::post_headers() const {
    http_headers all = options_.headers;
    all.emplace("Content-Type", "application/json");
    return all;
}

}  // namespace test_support
