// A blocking HTTP/1.1 client with a deadline on every wait. It sends what it is told, rubbish included.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/deadline.hpp"
#include "tests/support/http_message.hpp"
#include "tests/support/unique_fd.hpp"

namespace test_support {

using http_headers = std::multimap<std::string, std::string>;

/// Thrown when the server closes the connection or lets a deadline pass where an answer is due.
struct http_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct http_response : response_head {
    std::string body;
};

/// One server-sent event, or a comment.
struct sse_event {
    std::string id;
    std::string event;
    std::string data;
    std::string retry;
    std::string comment;  ///< set for a comment block, all else is empty then

    bool is_comment() const { return !comment.empty(); }
    /// One that carries only an id to come back with; as in browsers, that is no event to hand out.
    bool is_bookmark() const { return !is_comment() && data.empty(); }
};

/// One connection to 127.0.0.1, kept alive from request to request.
class http_client {
public:
    explicit http_client(std::uint16_t port);

    // Whole exchanges.
    http_response request(const std::string& method, const std::string& target, const http_headers& headers = {}, std::string_view body = {},
                          milliseconds limit = patience);
    http_response get(const std::string& target, const http_headers& headers = {}) { return request("GET", target, headers); }
    http_response post(const std::string& target, const http_headers& headers, std::string_view body) {
        return request("POST", target, headers, body);
    }

    // Step by step: send, read the head, then the rest of the body or its events.
    void send_request(const std::string& method, const std::string& target, const http_headers& headers = {}, std::string_view body = {});
    /// False if the server takes no more; what it answered before can still be read.
    bool send_raw(std::string_view bytes);
    response_head read_head(milliseconds limit = patience);
    std::string read_body(milliseconds limit = patience);
    /// The next event; comments and bookmarks are left out unless asked for. Nothing at the end of the stream; throws after `limit`.
    std::optional<sse_event> read_event(milliseconds limit = patience);
    std::optional<sse_event> read_any_event(milliseconds limit = patience);

    /// No more requests on this connection; answers can still be read.
    void half_close();
    /// Closes at once, with a reset if `abruptly`.
    void close(bool abruptly = false);
    /// True if the server closes the connection within `limit`. What it still sends is thrown away.
    [[nodiscard]] bool is_closed_by_server(milliseconds limit = patience);
    int fd() const { return socket_.get(); }

private:
    bool fill(const deadline& end);
    /// Moves what the body has next into `body_`; false at the end of the body.
    bool read_body_part(const deadline& end);

    std::uint16_t port_;
    unique_fd socket_;
    std::string received_;  ///< bytes from the socket, not looked at yet
    response_head head_;
    std::string body_;  ///< decoded body not handed out yet
    std::size_t body_left_ = 0;
    bool body_ended_ = true;
};

}  // namespace test_support
