// Promise: a request that needs no body has none that costs memory: a short one is read and thrown away, a longer one is refused unread.
// Nothing of anybody's body is kept before the key is checked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;
const std::string secret = "alice-key-0123456789";

std::size_t resident(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/statm");
    std::size_t all = 0;
    std::size_t pages = 0;
    in >> all >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::string head_of(const std::string& method, const std::string& path, const std::string& more) {
    return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + more + "\r\n";
}

std::string with_length(std::size_t bytes) {
    return "Content-Length: " + std::to_string(bytes) + "\r\n";
}

std::string chunk(std::size_t bytes) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes);
    return size + std::string(bytes, 'x') + "\r\n";
}

const std::string in_chunks = "Transfer-Encoding: chunked\r\n";
const std::string expecting = "Expect: 100-continue\r\n";

struct target {
    const char* method;
    const char* path;
};

// Of every client without a key, or with one.
constexpr target open_to_all[] = {{"GET", "/"}, {"GET", "/healthz"}, {"HEAD", "/readyz"}, {"OPTIONS", "/mcp"}, {"OPTIONS", "/sse"}};
constexpr target behind_the_key[] = {{"GET", "/mcp"}, {"DELETE", "/mcp"}, {"GET", "/sse"}};

class unwanted_bodies : public testing::TestWithParam<bool> {
protected:
    hosting how() const {
        hosting out{.arguments = {"--metrics-listen", "0"}};
        if (has_keys()) {
            out.environment = {"MCP_BRIDGE_KEYS=alice=" + secret};
            out.headers = {{"x-functions-key", secret}};
        }
        return out;
    }
    bool has_keys() const { return GetParam(); }
    std::string key() const { return has_keys() ? "x-functions-key: " + secret + "\r\n" : std::string(); }

    /// The answer to a request that announces or sends too much, although the rest never comes.
    static void expect_refused_unread(http_client connection, const std::string& sent, const std::string& request) {
        connection.send_raw(sent);
        const response_head head = connection.read_head(5s);
        EXPECT_EQ(head.status, 413) << request;
        EXPECT_EQ(head.header("connection"), "close") << request;
        if (!request.starts_with("HEAD")) {
            EXPECT_THAT(connection.read_body(), HasSubstr("takes no body")) << request;
        }
        EXPECT_TRUE(connection.is_closed_by_server()) << request;
    }
};
INSTANTIATE_TEST_SUITE_P(keys, unwanted_bodies, testing::Bool(),
                         [](const auto& instance) { return std::string(instance.param ? "with_keys" : "without_keys"); });

TEST_P(unwanted_bodies, long_ones_are_refused_unread) {
    hosted_fixture host(how());
    const auto check = [&](const target& each, const std::string& key) {
        const std::string what = std::string(each.method) + ' ' + each.path;
        expect_refused_unread(host.connect(), head_of(each.method, each.path, key + with_length(64 * KiB + 1)), what);
        expect_refused_unread(host.connect(), head_of(each.method, each.path, key + with_length(70 * MiB) + expecting), what);
        expect_refused_unread(host.connect(), head_of(each.method, each.path, key + in_chunks) + chunk(40 * KiB) + chunk(40 * KiB), what);
    };
    for (const target& each : open_to_all) check(each, {});
    for (const target& each : behind_the_key) check(each, key());
    const std::string metrics = head_of("GET", "/metrics", with_length(70 * MiB));
    expect_refused_unread(http_client(host.metrics_port()), metrics, "GET /metrics");
}

TEST_P(unwanted_bodies, short_ones_are_thrown_away_and_the_connection_goes_on) {
    hosted_fixture host(how());
    http_client connection = host.connect();
    for (const std::size_t bytes : {1 * KiB, 64 * KiB}) {
        connection.send_raw(head_of("GET", "/healthz", with_length(bytes)) + std::string(bytes, 'x'));
        EXPECT_EQ(connection.read_head().status, 200) << bytes;
        connection.read_body();
        connection.send_raw(head_of("OPTIONS", "/mcp", in_chunks) + chunk(bytes / 2) + chunk(bytes / 2) + "0\r\n\r\n");
        EXPECT_EQ(connection.read_head().status, 204) << bytes;
        connection.send_raw(head_of("GET", "/", with_length(bytes) + expecting));
        connection.send_raw(std::string(bytes, 'x'));
        EXPECT_EQ(connection.read_head().status, 200) << bytes;
        connection.read_body();
    }
}

TEST_P(unwanted_bodies, who_holds_one_holds_no_memory) {
    hosted_fixture host(how());
    const std::size_t before = resident(host.bridge().pid());
    const auto hold = [&](const std::string& head, bool is_chunked) {
        http_client out = host.connect();
        out.send_raw(head);
        // What a bridge that reads it takes of 12 MiB; one that does not ends the connection at some point.
        const std::string part = is_chunked ? chunk(1 * MiB) : std::string(1 * MiB, 'x');
        for (int i = 0; i < 12; ++i) {
            if (!out.send_raw(part)) break;
        }
        return out;
    };
    std::vector<http_client> held;
    for (int i = 0; i < 6; ++i) {
        held.push_back(hold(head_of("GET", "/healthz", with_length(70 * MiB)), false));
        held.push_back(hold(head_of("GET", "/", in_chunks), true));
        if (has_keys()) held.push_back(hold(head_of("POST", "/mcp", with_length(70 * MiB)), false));
    }
    for (http_client& each : held) EXPECT_GE(each.read_head().status, 400);
    EXPECT_LT(resident(host.bridge().pid()), before + 48 * MiB) << "before: " << before;
    EXPECT_EQ(host.connect().get("/healthz").status, 200);
}

TEST(unwanted_bodies_of_strangers, a_wrong_key_is_told_before_the_length) {
    hosted_fixture host({.environment = {"MCP_BRIDGE_KEYS=alice=" + secret}, .headers = {{"x-functions-key", secret}}});
    for (const std::string& more : {with_length(70 * MiB), with_length(200 * MiB), in_chunks, with_length(1000) + expecting}) {
        http_client connection = host.connect();
        connection.send_raw(head_of("POST", "/mcp", more));
        EXPECT_EQ(connection.read_head(5s).status, 401) << more;
        EXPECT_TRUE(connection.is_closed_by_server()) << more;
    }
}

}  // namespace
}  // namespace e2e
