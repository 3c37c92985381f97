// Promise: whatever a client or a server sends, reading it costs the bridge time in proportion to its length, and everybody else is served meanwhile.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/e2e/tested_bridge.hpp"
#include "tests/support/worst_cases.hpp"

namespace e2e {
namespace {

constexpr std::size_t mib = 1024 * 1024;

// The bound allows for a busy machine, where the same work takes more processor time because two processors can share one core. The faults that
// these tests are about took minutes with sanitizers, and seconds without.
double seconds_per_mib() {
    return is_sanitized() ? 16 : 0.5;
}
constexpr double longest_wait = 2;

// Processor time of the bridge so far, in seconds.
double processor_time(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
    double nanoseconds = 0;
    file >> nanoseconds;
    return nanoseconds / 1e9;
}

// Asks for /healthz again and again while it lives, and notes the longest wait.
class bystander {
public:
    explicit bystander(const hosted_fixture& host) : thread_([this, &host] { watch(host); }) {}
    ~bystander() { stop(); }

    double longest_wait() {
        stop();
        return longest_;
    }

private:
    void watch(const hosted_fixture& host) {
        http_client connection = host.connect();
        while (!stopped_) {
            const auto began = std::chrono::steady_clock::now();
            EXPECT_EQ(connection.request("GET", "/healthz", {}, {}, 60s).status, 200);
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
            longest_ = std::max(longest_, took.count());
        }
    }
    void stop() {
        stopped_ = true;
        if (thread_.joinable()) thread_.join();
    }

    std::atomic<bool> stopped_ = false;
    double longest_ = 0;
    std::thread thread_;
};

// Runs `work`, in which about `bytes` are read; holds it to its time.
void expect_cheap(hosted_fixture& host, std::size_t bytes, const std::string& description, const std::function<void()>& work) {
    const double before = processor_time(host.bridge().pid());
    bystander other(host);
    work();
    EXPECT_LT(other.longest_wait(), longest_wait) << description;
    EXPECT_LT(processor_time(host.bridge().pid()) - before, 1 + seconds_per_mib() * static_cast<double>(bytes) / mib) << description;
}

std::string worst_arguments(const char* name, std::size_t bytes) {
    return R"({"case":)" + json_string(name) + R"(,"bytes":)" + std::to_string(bytes) + "}";
}

const std::string a_long_key = [] {
    std::string members;
    for (int i = 0; i < 4000; ++i) members += i == 0 ? R"("":0)" : R"(,"":0)";
    return R"({"\n)" + std::string(1'200'000, 'a') + R"(":{)" + members + "}}";
}();

class worst_cases : public in_both_isolations {};
IN_BOTH_ISOLATIONS(worst_cases);

// A key of 1.2 MB around 4,000 members, at the top of a request and in its params: what cost 5.5 s.
TEST_P(worst_cases, of_a_long_key_over_many_members_cost_no_more_than_their_length) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    expect_cheap(host, 3 * mib, "a long key", [&] {
        EXPECT_EQ(session.post(a_long_key).status, 400);
        EXPECT_EQ(session.call("echo", a_long_key, 60s).text(), "ok");
    });
}

// Each byte of it is the end of a secret: what cost 122 s for 8 MiB.
TEST_P(worst_cases, of_a_line_of_secrets_cost_no_more_than_their_length) {
    hosting secretive = how({"--env", std::string("API_KEY=") + repeated_secret});
    hosted_fixture host(secretive);
    mcp_session session = host.session();
    for (const worst_case& each : worst_garbage()) {
        expect_cheap(host, mib, each.name, [&] { EXPECT_EQ(session.call("worst", worst_arguments(each.name, mib), 60s).text(), "written"); });
    }
    EXPECT_EQ(host.bridge().log().find(repeated_secret), std::string::npos);
}

TEST_P(worst_cases, of_a_client_cost_no_more_than_their_length) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const worst_case& each : worst_messages()) {
        expect_cheap(host, mib / 2, each.name, [&] { session.post(each.make(mib / 2)); });
    }
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(worst_cases, of_a_server_cost_no_more_than_their_length) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const auto cases : {worst_messages(), worst_batches()}) {
        for (const worst_case& each : cases) {
            expect_cheap(host, mib / 2, each.name,
                         [&] { EXPECT_EQ(session.call("worst", worst_arguments(each.name, mib / 2), 60s).text(), "written") << each.name; });
        }
    }
    EXPECT_EQ(session.call("echo").text(), "ok");
}

TEST_P(worst_cases, of_a_batch_cost_no_more_than_their_length) {
    hosted_fixture host(how());
    mcp_session session = host.session({.version = "2025-03-26"});
    for (const worst_case& each : worst_batches()) {
        expect_cheap(host, mib, each.name, [&] { session.post(each.make(mib)); });
    }
    EXPECT_EQ(session.call("echo").text(), "ok");
}

}  // namespace
}  // namespace e2e
