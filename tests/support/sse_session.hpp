// A client of HTTP+SSE (revision 2024-11-05): one stream for all that it gets, a POST for each message that it sends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/support/mcp_session.hpp"

namespace test_support {

struct sse_options {
    std::string target = "/sse";  ///< with its query, if it has one
    std::string version = "2024-11-05";
    std::string capabilities = "{}";
    http_headers headers{};  ///< sent with every request, such as a key
};

class sse_session {
public:
    /// Opens the stream and reads its first event. Throws unless that names an endpoint.
    explicit sse_session(std::uint16_t port, sse_options options = {});

    /// initialize, then notifications/initialized. Throws unless both go well.
    sse_session& open();
    mcp_answer initialize();

    mcp_answer call(std::string_view tool, std::string_view arguments = "{}");
    mcp_answer request(std::string_view method, std::string_view params = {});

    /// Posts a request and gives its id; what comes of it can be read later. Throws unless it is taken.
    long begin(std::string_view method, std::string_view params = {});
    long begin_call(std::string_view tool, std::string_view arguments = "{}");
    /// Posts any body to the endpoint.
    http_response post(std::string_view body);
    http_response notify(std::string_view method, std::string_view params = {});

    /// Reads up to the response with that raw id.
    mcp_answer answer_to(std::string_view id, milliseconds limit = patience);
    mcp_answer answer_to(long id, milliseconds limit = patience) { return answer_to(std::to_string(id), limit); }
    /// The next message; nothing at the end of the stream.
    std::optional<std::string> next(milliseconds limit = patience);

    /// Loses the stream.
    void drop(bool abruptly = false) { stream_.close(abruptly); }
    /// Opens it again as EventSource does, with the id that it has seen, or as if for the first time.
    void come_back();
    void come_back_as_new();

    http_client& stream() { return stream_; }
    const response_head& head() const { return head_; }
    /// The reference in the endpoint event, as the bridge sent it.
    const std::string& reference() const { return reference_; }
    /// The reference, resolved against the target of the stream as most clients do (RFC 3986, section 5).
    const std::string& endpoint() const { return endpoint_; }
    /// The session's id in the endpoint.
    std::string id() const;
    const std::string& last_event_id() const { return last_event_id_; }

private:
    void connect(const http_headers& headers);
    http_headers post_headers() const;

    std::uint16_t port_;
    sse_options options_;
    http_client stream_;
    response_head head_;
    std::string reference_;
    std::string endpoint_;
    std::string last_event_id_;
    long next_request_id_ = 1;
};

}  // namespace test_support
