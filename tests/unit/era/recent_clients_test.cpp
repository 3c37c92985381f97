#include "bridge/era/recent_clients.hpp"

#include <gtest/gtest.h>

#include "bridge/core/limits.hpp"
#include "bridge/era/modern_client.hpp"

namespace bridge::era {
namespace {

class RecentClients : public testing::Test {
protected:
    std::shared_ptr<modern_client> make(const std::string& principal) {
        return std::make_shared<modern_client>(loop_.get_executor(), session::session_identity{.id = "i", .principal = principal}, client_profile(),
                                               bounds_, seal_, nullptr);
    }

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    core::limits bounds_;
    state_seal seal_{core::sealing_key::from("a secret of the tests"), {"server"}};
    recent_clients recent_;
};

TEST_F(RecentClients, AreFoundByWhatTheySayOnly) {
    const auto alice = make("alice");
    recent_.remember("alice", R"({"roots":{}})", alice);
    EXPECT_EQ(recent_.find("alice", R"({"roots":{}})"), alice);
    EXPECT_EQ(recent_.find("alice", "{}"), nullptr);
    EXPECT_EQ(recent_.find("bob", R"({"roots":{}})"), nullptr);
    EXPECT_EQ(recent_.find("", ""), nullptr);
}

TEST_F(RecentClients, AreTheRightOnesHoweverManyThereAre) {
    std::vector<std::shared_ptr<modern_client>> all;
    for (int i = 0; i < 500; ++i) {
        all.push_back(make(std::to_string(i)));
        recent_.remember(std::to_string(i), "{}", all.back());
        EXPECT_EQ(recent_.find(std::to_string(i), "{}"), all.back());
    }
    for (int i = 0; i < 500; ++i) {
        const auto found = recent_.find(std::to_string(i), "{}");
        EXPECT_TRUE(found == nullptr || found == all[static_cast<std::size_t>(i)]);
    }
}

TEST_F(RecentClients, AreForgottenWithTheEndOfOne) {
    auto ended = make("alice");
    recent_.remember("alice", "{}", ended);
    ended.reset();
    EXPECT_EQ(recent_.find("alice", "{}"), nullptr) << "nothing keeps a client";
    const auto closed = make("alice");
    recent_.remember("alice", "{}", closed);
    recent_.forget_all();
    EXPECT_EQ(recent_.find("alice", "{}"), nullptr);
}

TEST_F(RecentClients, WithLongCapabilitiesAreNotRemembered) {
    const auto alice = make("alice");
    const std::string text = R"({"extensions":{"x":")" + std::string(1024, 'x') + R"("}})";
    recent_.remember("alice", text, alice);
    EXPECT_EQ(recent_.find("alice", text), nullptr);
}

}  // namespace
}  // namespace bridge::era
