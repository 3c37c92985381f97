// Promise: the bridge listens on the port and the addresses that it was given, whoever gave them, and says so where it is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/free_port.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Starts the bridge with exactly these arguments and gives what it says of where it listens.
class plain_bridge : public child_process {
public:
    explicit plain_bridge(std::vector<std::string> arguments, std::vector<std::string> environment = {})
        : child_process({with_server(std::move(arguments)), std::move(environment)}) {}

    [[nodiscard]] bool listens_on(std::uint16_t port) const {
        return eventually([&] { return stderr_text().find(":" + std::to_string(port) + "/mcp") != std::string::npos; });
    }

private:
    static std::vector<std::string> with_server(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), bridge_binary());
        arguments.insert(arguments.end(), {"--", fixture_binary()});
        return arguments;
    }
};

TEST(ports, the_port_comes_from_the_first_of_three_places) {
    const std::uint16_t first = free_port();
    const std::uint16_t second = free_port();
    const std::string variable = "MCP_BRIDGE_PORT=" + std::to_string(second);
    plain_bridge by_variable({}, {variable});
    EXPECT_TRUE(by_variable.listens_on(second));
    plain_bridge by_argument({"--port", std::to_string(first)}, {variable});
    EXPECT_TRUE(by_argument.listens_on(first));
}

TEST(ports, the_functions_host_names_the_port_and_reads_stdout) {
    const std::uint16_t port = free_port();
    plain_bridge bridge({}, {"FUNCTIONS_CUSTOMHANDLER_PORT=" + std::to_string(port)});
    const auto line = bridge.read_line();
    ASSERT_TRUE(line);
    EXPECT_THAT(*line, HasSubstr("listening on http://127.0.0.1:" + std::to_string(port)));
    EXPECT_EQ(http_client(port).get("/").status, 200);
    mcp_session session(port);
    session.open();
    session.call("stderr", R"({"text":"of the child"})");
    std::string seen;
    while (const auto more = bridge.read_line(1s)) {
        seen += *more;
        if (seen.find("of the child") != seen.npos) break;
    }
    EXPECT_THAT(seen, HasSubstr("of the child"));
    EXPECT_EQ(bridge.stderr_text(), "") << "what is no trouble goes to stdout";
    session.call("line", R"({"text":"noise","then_answer":true})");
    EXPECT_TRUE(eventually([&] { return bridge.stderr_text().find("noise") != std::string::npos; }));
    bridge.signal(SIGTERM);
    EXPECT_EQ(bridge.wait(), clean_exit);
}

TEST(ports, an_own_port_wins_over_that_of_the_functions_host) {
    const std::uint16_t port = free_port();
    plain_bridge bridge({}, {"FUNCTIONS_CUSTOMHANDLER_PORT=1", "MCP_BRIDGE_PORT=" + std::to_string(port)});
    const auto line = bridge.read_line();
    ASSERT_TRUE(line);
    EXPECT_THAT(*line, HasSubstr(":" + std::to_string(port)));
}

/// The status of GET /healthz at [::1]; 0 if nobody listens there.
int status_at_ipv6_loopback(std::uint16_t port) {
    const unique_fd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 peer{};
    peer.sin6_family = AF_INET6;
    peer.sin6_port = htons(port);
    peer.sin6_addr = in6addr_loopback;
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) return 0;
    const std::string request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    static_cast<void>(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL));
    std::string head(12, '\0');
    pollfd ready{socket.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return -1;
    if (::recv(socket.get(), head.data(), head.size(), MSG_WAITALL) != static_cast<ssize_t>(head.size())) return -1;
    return std::stoi(head.substr(9));
}

bool has_ipv6_loopback() {
    const unique_fd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 own{};
    own.sin6_family = AF_INET6;
    own.sin6_addr = in6addr_loopback;
    return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0;
}

// Clients that connect to localhost use either address.
TEST(ports, localhost_is_both_loopback_addresses) {
    bridge_process bridge({.arguments = {"--host", "localhost", "--metrics-listen", "localhost:0"}});
    EXPECT_EQ(mcp_session(bridge.port()).open().call("echo").text(), "ok");
    EXPECT_TRUE(bridge.logs("listening on http://localhost:" + std::to_string(bridge.port()) + "/mcp"));
    EXPECT_TRUE(bridge.logs("metrics are at http://localhost:"));
    if (!has_ipv6_loopback()) GTEST_SKIP() << "this machine has no ::1";
    EXPECT_EQ(status_at_ipv6_loopback(bridge.port()), 200);
    EXPECT_THAT(bridge.log(), HasSubstr("/mcp (127.0.0.1 and ::1)"));
    EXPECT_EQ(bridge.stop(), clean_exit);
    EXPECT_EQ(status_at_ipv6_loopback(bridge.port()), 0);
}

TEST(ports, a_port_that_is_in_use_is_an_error) {
    bridge_process first;
    const finished_bridge second = run_bridge({"--port", std::to_string(first.port()), "--", fixture_binary()});
    EXPECT_EQ(second.status, (exit_status{true, 1}));
    EXPECT_THAT(second.log, HasSubstr("port " + std::to_string(first.port())));
    EXPECT_THAT(second.log, HasSubstr("in use"));
    EXPECT_THAT(second.log, HasSubstr("(process " + std::to_string(first.pid()) + "). End that process, or choose another port with --port"));
    const finished_bridge third = run_bridge({"--port", "0", "--metrics-listen", std::to_string(first.port()), "--", fixture_binary()});
    EXPECT_THAT(third.log, HasSubstr("choose another port with --metrics-listen"));
    EXPECT_THAT(second.log, Not(HasSubstr("started"))) << "no server was started in vain";
}

TEST(logs, a_silent_log_is_silent) {
    const std::uint16_t port = free_port();
    plain_bridge bridge({"--port", std::to_string(port), "--log-level", "off"});
    EXPECT_TRUE(eventually([&] {
        try {
            return http_client(port).get("/readyz").status == 200;
        } catch (const http_failure&) {
            return false;
        }
    }));
    bridge.signal(SIGTERM);
    EXPECT_EQ(bridge.wait(), clean_exit);
    EXPECT_EQ(bridge.stderr_text(), "");
}
TEST(ports, a_check_of_the_health_asks_the_bridge_with_the_same_options) {
    const std::uint16_t port = free_port();
    const std::string number = std::to_string(port);
    const exit_status sick{true, 1};
    const finished_bridge nobody = run_bridge({"--check-health", "--port", number});
    EXPECT_EQ(nobody.status, sick);
    EXPECT_THAT(nobody.log, HasSubstr("127.0.0.1, port " + number + ", is not well: Connection refused"));
    const plain_bridge bridge({"--host", "0.0.0.0", "--allow-anonymous", "--port", number});
    ASSERT_TRUE(bridge.listens_on(port));
    const finished_bridge well = run_bridge({"--check-health"}, {"MCP_BRIDGE_HOST=0.0.0.0", "MCP_BRIDGE_PORT=" + number});
    EXPECT_EQ(well.status, clean_exit);
    EXPECT_EQ(well.log, "");
    EXPECT_EQ(run_bridge({"--check-health", "--host", "localhost", "--port", number}).status, clean_exit);
}

TEST(ports, a_check_of_the_health_finds_that_a_port_belongs_to_something_else) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&place), size), 0);
    ASSERT_EQ(listen(listener, 1), 0);
    ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&place), &size), 0);
    const finished_bridge silent = run_bridge({"--check-health", "--port", std::to_string(ntohs(place.sin_port))});
    const exit_status sick{true, 1};
    EXPECT_EQ(silent.status, sick);
    EXPECT_THAT(silent.log, HasSubstr("no answer in time"));
    close(listener);
}

}  // namespace
}  // namespace e2e
