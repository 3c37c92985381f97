// Promise: every client gets its answers under its own ids, whatever they are and whoever else uses the same
// ones; the server sees positive integers only, that fit 32 bits: small ones, or random ones where several clients share it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

const std::string long_id = json_string(std::string(1000, 'i'));  // 1024 bytes are allowed

class id_fidelity : public in_both_isolations {
protected:
    static void expect_positive_integers(const hosted_fixture& host) {
        for (const std::string& line : host.received()) {
            const std::string id(member(line, "id"));
            if (id.empty()) continue;
            EXPECT_GT(integer(id, 0), 0) << line;
            EXPECT_LE(integer(id, 0), is_shared() ? 0x7FFF'FFFFL : 10'000L) << line;
            EXPECT_EQ(std::to_string(integer(id, 0)), id) << line;
        }
    }
};
IN_ALL_ISOLATIONS(id_fidelity);

TEST_P(id_fidelity, holds_for_ids_of_every_kind) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    for (const std::string& id : {std::string("0"), std::string(R"("")"), std::string("-7"), std::string("-0"), std::string("9007199254740993"),
                                  std::string("123456789012345678901234567890"), std::string(R"("\u0061\ud800")"), std::string(R"("1")"),
                                  std::string("1.0"), std::string("1e0"), long_id}) {
        const http_response response = session.post(call_text(id, "echo"));
        ASSERT_EQ(response.status, 200) << id;
        EXPECT_EQ(member(response.body, "id"), id);
        EXPECT_FALSE(at(response.body, "result").empty());
    }
    expect_positive_integers(host);
}

// Some languages have no integers.
TEST_P(id_fidelity, cancels_the_request_whose_id_has_the_same_value) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client waiting = session.begin_post(call_text("8.0", "slow", R"({"ms":60000,"who":"waiting"})"));
    ASSERT_TRUE(host.receives(R"("who":"waiting")"));
    session.notify("notifications/cancelled", R"({"requestId":8})");
    EXPECT_TRUE(host.receives("notifications/cancelled"));
}

TEST_P(id_fidelity, tells_the_number_1_from_the_string_1_in_flight) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client text = session.begin_post(call_text(R"("1")", "slow", R"({"ms":150,"echo":true,"who":"text"})"));
    http_client number = session.begin_post(call_text("1", "slow", R"({"ms":100,"echo":true,"who":"number"})"));
    const mcp_answer second = read_answer(number, "1");
    const mcp_answer first = read_answer(text, R"("1")");
    EXPECT_EQ(first.at("id"), R"("1")");
    EXPECT_THAT(first.text(), HasSubstr("text"));
    EXPECT_EQ(second.at("id"), "1");
    EXPECT_THAT(second.text(), HasSubstr("number"));
    expect_positive_integers(host);
}

TEST_P(id_fidelity, serves_both_of_two_requests_with_one_id) {
    hosted_fixture host(how());
    mcp_session session = host.session();
    http_client slower = session.begin_post(call_text("5", "slow", R"({"ms":150,"echo":true,"who":"slower"})"));
    ASSERT_TRUE(host.receives("slower"));
    http_client faster = session.begin_post(call_text("5", "slow", R"({"ms":1,"echo":true,"who":"faster"})"));
    EXPECT_THAT(read_answer(faster, "5").text(), HasSubstr("faster"));
    EXPECT_THAT(read_answer(slower, "5").text(), HasSubstr("slower"));
}

/// One client that makes many calls at a time, and checks that each answer and each progress is its own.
class busy_client {
public:
    busy_client(mcp_session session, std::string name) : session_(std::move(session)), name_(std::move(name)) {}

    void begin(long id) {
        const std::string token = id % 2 == 0 ? std::to_string(id) : json_string("t" + std::to_string(id));
        const bool progresses = id % 3 == 0;
        const std::string arguments = progresses ? R"({"count":2})" : R"({"who":")" + name_ + std::to_string(id) + R"("})";
        calls_.push_back({id, token,
                          session_.begin_post(request_text(std::to_string(id), "tools/call",
                                                           R"({"name":)" + json_string(progresses ? "progress" : "echo") + R"(,"arguments":)" +
                                                               arguments + R"(,"_meta":{"progressToken":)" + token + "}}"))});
    }
    bool has_calls() const { return !calls_.empty(); }
    std::size_t calls() const { return calls_.size(); }

    void finish_one() {
        call& oldest = calls_.front();
        const mcp_answer answer = read_answer(oldest.connection, oldest.id);
        EXPECT_EQ(answer.at("id"), std::to_string(oldest.id));
        if (oldest.id % 3 == 0) {
            ASSERT_EQ(answer.earlier.size(), 2U) << name_ << oldest.id;
            for (const std::string& progress : answer.earlier) EXPECT_EQ(at(progress, "params/progressToken"), oldest.token);
            EXPECT_EQ(answer.text(), "finished");
        } else {
            EXPECT_EQ(at(echoed(answer), "arguments/who"), json_string(name_ + std::to_string(oldest.id)));
            EXPECT_TRUE(answer.earlier.empty());
        }
        calls_.pop_front();
    }

private:
    struct call {
        long id;
        std::string token;
        http_client connection;
    };
    mcp_session session_;
    std::string name_;
    std::deque<call> calls_;
};

TEST_P(id_fidelity, keeps_two_sessions_with_equal_ids_and_tokens_apart) {
    hosted_fixture host(how());
    busy_client alice(host.session(), "alice");
    busy_client bob(host.session(), "bob");
    constexpr long calls = 200;
    constexpr std::size_t in_flight = 8;
    for (long id = 0; id < calls; ++id) {
        alice.begin(id);
        bob.begin(id);
        if (alice.calls() == in_flight) {
            bob.finish_one();
            alice.finish_one();
        }
    }
    while (alice.has_calls()) {
        alice.finish_one();
        bob.finish_one();
    }
    expect_positive_integers(host);
}

}  // namespace
}  // namespace e2e
