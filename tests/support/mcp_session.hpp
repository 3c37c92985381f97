// A legacy MCP client of few words: one session, one connection per request in flight.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/http_client.hpp"

namespace test_support {

/// What a request was answered with.
struct mcp_answer {
    http_response http;                ///< status and headers; the body of a JSON answer
    std::string message;               ///< the JSON-RPC response, byte for byte; empty if none came
    std::vector<std::string> earlier;  ///< messages that came before it on its stream

    /// Raw JSON at a path inside the response: `answer.at("result/content/0/text")`.
    std::string at(std::string_view path) const;
    /// The text of the first content block, decoded.
    std::string text() const;
};

struct mcp_options {
    std::string path = "/mcp";
    std::string version = "2025-11-25";
    std::string capabilities = "{}";
    http_headers headers{};  ///< sent with every request, such as a key
};

class mcp_session {
public:
    explicit mcp_session(std::uint16_t port, mcp_options options = {});

    /// initialize, then notifications/initialized. Throws unless both go well.
    mcp_session& open();
    /// initialize alone; its answer may be an error.
    mcp_answer initialize();

    /// tools/call; `arguments` is raw JSON.
    mcp_answer call(std::string_view tool, std::string_view arguments = "{}", milliseconds limit = patience);
    /// Any request; `params` is raw JSON, empty for none.
    mcp_answer request(std::string_view method, std::string_view params = {}, milliseconds limit = patience);
    /// Posts any body and reads the whole answer.
    http_response post(std::string_view body);
    /// A notification or an answer to a server's request; 202 is expected of it.
    http_response send(std::string_view message) { return post(message); }
    http_response notify(std::string_view method, std::string_view params = {});
    http_response terminate();

    /// Sends a request and leaves its answer to the caller to read.
    http_client begin(std::string_view method, std::string_view params = {});
    http_client begin_call(std::string_view tool, std::string_view arguments = "{}");
    /// The same with a body of the caller's own.
    http_client begin_post(std::string_view body);
    /// Opens the GET stream; its head is already read and must say 200.
    http_client listen(const std::string& last_event_id = {});
    /// The same without a look at the head.
    http_client begin_listening(const std::string& last_event_id = {});
    /// The whole reply to a GET that is not answered with a stream without end.
    http_response get(const std::string& last_event_id = {});

    const std::string& id() const { return session_id_; }
    void set_id(std::string id) { session_id_ = std::move(id); }
    const std::string& version() const { return negotiated_version_; }
    http_headers headers() const;
    long last_request_id() const { return next_request_id_ - 1; }

private:
    std::string message(std::string_view method, std::string_view params, long id) const;

    std::uint16_t port_;
    mcp_options options_;
    std::string session_id_;
    std::string negotiated_version_;
    long next_request_id_ = 1;
};

/// Reads the rest of an answer whose request was sent: JSON, or a stream up to the response with that raw id.
mcp_answer read_answer(http_client& connection, std::string_view id, milliseconds limit = patience);
mcp_answer read_answer(http_client& connection, long id, milliseconds limit = patience);

}  // namespace test_support
