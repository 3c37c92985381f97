#include "tests/support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

namespace test_support {
namespace {

unique_fd connect_to(std::uint16_t port) {
    unique_fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The sockets interface wants this cast.
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw http_failure("cannot connect to port " + std::to_string(port));
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

/// Takes the text up to and including `separator` off the front of `buffer`, and gives it without the separator.
std::optional<std::string> take_until(std::string& buffer, std::string_view separator) {
    const auto at = buffer.find(separator);
    if (at == buffer.npos) return std::nullopt;
    std::string text = buffer.substr(0, at);
    buffer.erase(0, at + separator.size());
    return text;
}

sse_event parse_event(std::string_view block) {
    sse_event parsed;
    bool has_data = false;
    while (!block.empty()) {
        const auto line = block.substr(0, block.find('\n'));
        block.remove_prefix(std::min(line.size() + 1, block.size()));
        const auto colon = line.find(':');
        const auto name = line.substr(0, colon);
        auto value = colon == line.npos ? std::string_view{} : line.substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (colon == 0) parsed.comment = value.empty() ? " " : std::string(value);
        if (name == "id") parsed.id = value;
        if (name == "event") parsed.event = value;
        if (name == "retry") parsed.retry = value;
        if (name == "data") {
            parsed.data += (has_data ? "\n" : "") + std::string(value);
            has_data = true;
        }
    }
    // A comment may share a block with fields; then it is the event that matters.
    if (has_data || !parsed.id.empty() || !parsed.retry.empty()) parsed.comment.clear();
    return parsed;
}

}  // namespace

http_client::http_client(std::uint16_t port) : port_(port), socket_(connect_to(port)) {}

http_response http_client::request(const std::string& method, const std::string& target, const http_headers& headers, std::string_view body,
                                   milliseconds limit) {
    const deadline end(limit);
    send_request(method, target, headers, body);
    http_response response;
    static_cast<response_head&>(response) = read_head(limit);
    if (method == "HEAD") body_ended_ = true;
    response.body = read_body(milliseconds(end.left_ms()));
    return response;
}

void http_client::send_request(const std::string& method, const std::string& target, const http_headers& headers, std::string_view body) {
    std::string text = method + " " + target + " HTTP/1.1\r\n";
    if (!headers.contains("Host")) text += "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    const bool says_length = headers.contains("Content-Length") || headers.contains("Transfer-Encoding");
    if (!says_length && (!body.empty() || method == "POST")) {
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    text += "\r\n";
    text += body;
    send_raw(text);
}

bool http_client::send_raw(std::string_view bytes) {
    const deadline end(patience);
    while (!bytes.empty()) {
        pollfd ready{socket_.get(), POLLOUT, 0};
        if (::poll(&ready, 1, end.left_ms()) <= 0) throw http_failure("the server does not read");
        const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        // The server may have answered and closed before all was sent: its answer is still there to be read.
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

response_head http_client::read_head(milliseconds limit) {
    const deadline end(limit);
    std::optional<std::string> text;
    while (!(text = take_until(received_, "\r\n\r\n"))) {
        if (!fill(end)) throw http_failure("the server closed the connection before an answer");
    }
    head_ = parse_response_head(*text);
    if (head_.status == 100) return read_head(milliseconds(end.left_ms()));
    body_.clear();
    const std::string length = head_.header("content-length");
    // Neither a length nor chunks: the body lasts until the server closes.
    body_left_ = length.empty() ? std::string::npos : 0;
    std::from_chars(length.data(), length.data() + length.size(), body_left_);
    const bool never_has_one = head_.status == 204 || head_.status == 304;
    body_ended_ = never_has_one || (!head_.is_chunked() && body_left_ == 0);
    return head_;
}

std::string http_client::read_body(milliseconds limit) {
    const deadline end(limit);
    while (read_body_part(end)) {
    }
    return std::exchange(body_, {});
}

std::optional<sse_event> http_client::read_event(milliseconds limit) {
    const deadline end(limit);
    auto event = read_any_event(limit);
    while (event && (event->is_comment() || event->is_bookmark())) event = read_any_event(milliseconds(end.left_ms()));
    return event;
}

std::optional<sse_event> http_client::read_any_event(milliseconds limit) {
    const deadline end(limit);
    std::optional<std::string> block;
    // A comment ends with its line, an event with an empty one.
    while (!(block = take_until(body_, body_.starts_with(':') ? "\n" : "\n\n"))) {
        if (!read_body_part(end)) return std::nullopt;
    }
    return parse_event(*block);
}

void http_client::half_close() {
    ::shutdown(socket_.get(), SHUT_WR);
}

void http_client::close(bool abruptly) {
    if (abruptly) {
        const linger at_once{1, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    socket_.reset();
}

bool http_client::is_closed_by_server(milliseconds limit) {
    try {
        const deadline end(limit);
        while (fill(end)) received_.clear();
        return true;
    } catch (const http_failure&) {
        return false;
    }
}

bool http_client::fill(const deadline& end) {
    pollfd ready{socket_.get(), POLLIN, 0};
    if (::poll(&ready, 1, end.left_ms()) <= 0) throw http_failure("no answer within the deadline");
    char chunk[1 << 16];
    const auto count = ::recv(socket_.get(), chunk, sizeof chunk, 0);
    if (count <= 0) return false;
    received_.append(chunk, static_cast<std::size_t>(count));
    return true;
}

bool http_client::read_body_part(const deadline& end) {
    if (body_ended_) return false;
    if (head_.is_chunked()) {
        std::optional<std::string> chunk;
        while (!(chunk = take_chunk(received_))) {
            if (!fill(end)) throw http_failure("the connection ended inside a chunked body");
        }
        body_ended_ = chunk->empty();
        body_ += *chunk;
        return !body_ended_;
    }
    if (received_.empty() && !fill(end)) {
        if (body_left_ != std::string::npos) throw http_failure("the connection ended inside a body");
        body_ended_ = true;
        return false;
    }
    const std::size_t count = std::min(body_left_, received_.size());
    body_.append(received_, 0, count);
    received_.erase(0, count);
    if (body_left_ != std::string::npos) body_left_ -= count;
    body_ended_ = body_left_ == 0;
    return true;
}

}  // namespace test_support
