// Promise: whoever goes over a bound is told which, and whoever runs the bridge sees just that one in /metrics.
#include "tests/e2e/every_bound.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace e2e {

using testing::HasSubstr;

void expect_refusal(const http_response& answer, int status, long code, const std::string& says) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(error_code(answer.body), code) << answer.body;
    EXPECT_THAT(error_text(answer.body), HasSubstr(says));
}

void expect_refusal(const mcp_answer& answer, int status, long code, const std::string& says) {
    EXPECT_EQ(answer.http.status, status) << answer.message;
    EXPECT_EQ(error_code(answer.message), code) << answer.message;
    EXPECT_THAT(error_text(answer.message), HasSubstr(says));
}

http_client begin_endless(const hosted_fixture& host, mcp_session& session, const std::string& caller) {
    http_client call = session.begin_call("slow", R"({"ms":600000,"who":)" + json_string(caller) + "}");
    EXPECT_TRUE(host.receives(R"("who":)" + json_string(caller)));
    return call;
}

namespace {

constexpr std::string_view series = "mcp_bridge_limit_hits_total{limit=\"";

/// What /metrics says of each limit.
std::map<std::string, double> counters(std::uint16_t port) {
    std::map<std::string, double> out;
    std::istringstream page(http_client(port).get("/metrics").body);
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with(series)) continue;
        const std::size_t end = line.find('"', series.size());
        out.emplace(line.substr(series.size(), end - series.size()), std::stod(line.substr(line.find(' '))));
    }
    return out;
}

std::vector<bound_hit> all_bounds() {
    std::vector<bound_hit> out;
    for (auto part : {bounds_of_requests(), bounds_of_time(), bounds_of_streams(), bounds_of_processes()}) {
        std::ranges::move(part, std::back_inserter(out));
    }
    return out;
}

class every_bound : public testing::TestWithParam<bound_hit> {};
INSTANTIATE_TEST_SUITE_P(limit, every_bound, testing::ValuesIn(all_bounds()), [](const auto& instance) {
    std::string name = instance.param.limit;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST_P(every_bound, is_told_and_counted_as_itself) {
    const bound_hit& bound = GetParam();
    hosting shown = bound.how;
    shown.arguments.insert(shown.arguments.end(), {"--metrics-listen", "0"});
    hosted_fixture host(shown);
    const std::uint16_t port = host.metrics_port();
    auto before = counters(port);
    bound.exceed(host);
    std::map<std::string, double> after;
    EXPECT_TRUE(eventually([&] {
        after = counters(port);
        return after[bound.limit] > before[bound.limit] || (!shown.works && after[bound.limit] > 0);
    })) << host.bridge().log();
    for (const auto& [limit, hits] : after) {
        if (limit != bound.limit && !bound.also.contains(limit)) {
            EXPECT_EQ(hits, before[limit]) << limit;
        }
    }
    if (bound.afterwards) bound.afterwards(host);
}

TEST(bounds_of_the_bridge, are_all_hit_by_these_tests) {
    hosted_fixture host({.arguments = {"--metrics-listen", "0"}});
    std::set<std::string> counted;
    for (const auto& [limit, hits] : counters(host.metrics_port())) counted.insert(limit);
    std::set<std::string> hit;
    for (const bound_hit& each : all_bounds()) EXPECT_TRUE(hit.insert(each.limit).second) << each.limit << " twice";
    EXPECT_EQ(hit, counted);
}

// A limit that nothing counts only says how things go, or is the other measure of one that is counted.
TEST(bounds_of_the_bridge, are_all_counted) {
    const std::set<std::string> only_say_how = {"silence",      "resume-delay",    "restart-delay", "max-restart-delay", "short-life-window",
                                                "stable-after", "crash-cool-down", "ping-after",    "trial-after",       "task-after"};
    const std::map<std::string, std::string> other_measure = {
        {"max-stream-messages", "max-stream-size"}, {"max-held-messages", "max-held-size"},          {"max-silent-time", "max-request-time"},
        {"max-replay-events", "max-replay-size"},   {"max-subscriptions-size", "max-subscriptions"}, {"max-handshakes-size", "max-handshakes"}};
    hosted_fixture host({.arguments = {"--metrics-listen", "0"}});
    const auto counted = counters(host.metrics_port());
    std::istringstream help(run_bridge({"--help-limits"}).output);
    int limits = 0;
    for (std::string line; std::getline(help, line);) {
        if (!line.starts_with("  ") || line[2] == ' ') continue;
        const std::size_t begin = line.starts_with("  --") ? 4 : 2;
        const std::string option = line.substr(begin, line.find(' ', begin) - begin);
        ++limits;
        if (only_say_how.contains(option)) continue;
        const auto measured = other_measure.find(option);
        EXPECT_TRUE(counted.contains(measured == other_measure.end() ? option : measured->second)) << option;
    }
    EXPECT_GT(limits, 40);
}

}  // namespace
}  // namespace e2e
