// The client reads what a server may send: against bytes that the test itself puts on a socket.
#include "tests/support/http_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace test_support {
namespace {

/// Listens on a free port and sends canned bytes to whoever connects, then closes if told.
class canned_server {
public:
    canned_server() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
        ::listen(listener_.get(), 1);
        socklen_t size = sizeof address;
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    std::uint16_t port() const { return port_; }
    void send_and_close(std::string_view bytes) { send(bytes).reset(); }
    unique_fd send(std::string_view bytes) {
        unique_fd accepted(::accept(listener_.get(), nullptr, nullptr));
        EXPECT_EQ(::send(accepted.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        ::shutdown(accepted.get(), SHUT_WR);
        return accepted;
    }

private:
    unique_fd listener_;
    std::uint16_t port_ = 0;
};

TEST(http_client, reads_a_body_by_its_length_and_keeps_the_rest) {
    canned_server server;
    http_client client(server.port());
    const auto open = server.send(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\n\r\nok"
        "HTTP/1.1 204 No\r\n\r\n");
    EXPECT_EQ(client.read_head().headers.count("x-a"), 2U);
    EXPECT_EQ(client.read_body(), "ok");
    EXPECT_EQ(client.read_head().status, 204);
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST(http_client, joins_chunks) {
    canned_server server;
    http_client client(server.port());
    const auto open = server.send(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_head().status, 200);
    EXPECT_EQ(client.read_body(), "abc0123456789abcdef");
}

TEST(http_client, reads_events_across_chunks) {
    canned_server server;
    http_client client(server.port());
    const auto open = server.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
        "5\r\n: hi\n\r\n1\r\n\n\r\n9\r\nid: 7\ndat\r\ne\r\na: a\ndata: b\n\n\r\n0\r\n\r\n");
    client.read_head();
    const auto event = client.read_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->id, "7");
    EXPECT_EQ(event->data, "a\nb");
    EXPECT_FALSE(client.read_event());
}

TEST(http_client, says_when_a_body_is_cut_off) {
    canned_server server;
    http_client client(server.port());
    const auto open = server.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort");
    client.read_head();
    EXPECT_THROW(client.read_body(), http_failure);
}

TEST(http_client, gives_up_at_the_deadline) {
    canned_server server;
    http_client client(server.port());
    EXPECT_THROW(client.read_head(10ms), http_failure);
}

}  // namespace
}  // namespace test_support
