#include "bridge/era/modern_clients.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/child/children.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/session/own_children.hpp"

namespace bridge::era {
namespace {

using testing::HasSubstr;

/// The clients that the bridge knows, before any child is started.
class ModernClients : public testing::Test {
protected:
    ModernClients() {
        bounds_.sessions = 4;
        bounds_.sessions_per_principal = 3;
    }
    void SetUp() override { ASSERT_TRUE(core::set_up_secrets()); }

    child::granted<std::shared_ptr<modern_client>> get(std::string_view principal, const std::string& kind) {
        return all_.client_for(principal, R"({"extensions":{"x/)" + kind + R"(":{}}})");
    }
    /// The client of `principal` of that kind, if the bridge still knows it later.
    std::weak_ptr<modern_client> make(std::string_view principal, const std::string& kind) {
        const auto made = get(principal, kind);
        EXPECT_TRUE(made) << made.error().text;
        return made ? *made : nullptr;
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    core::redactor secrets_;
    core::memory_budget memory_{0};
    process::command command_;
    child::children children_{loop_.get_executor(), command_, bounds_, secrets_, memory_};
    session::own_children source_{loop_.get_executor(), children_, bounds_};
    state_seal seal_{core::sealing_key::from("a secret of the tests"), {"server"}};
    modern_clients all_{loop_.get_executor(), {&source_, &source_, nullptr}, children_.answer(), bounds_, memory_, seal_};
};

TEST_F(ModernClients, ForgetTheOldestKindOfWhoeverHasMost) {
    const auto bobs = make("b", "1");
    const auto first = make("a", "1");
    const auto second = make("a", "2");
    const auto third = make("a", "3");
    const auto carols = make("c", "1");
    EXPECT_TRUE(first.expired());
    const auto more_of_bob = make("b", "2");
    EXPECT_TRUE(second.expired());
    EXPECT_FALSE(bobs.expired()) << "though nobody was unused for longer";
    EXPECT_FALSE(third.expired() || carols.expired() || more_of_bob.expired());
    EXPECT_EQ(all_.count(), 4U);
}

TEST_F(ModernClients, ForgetTheOldestKindOfTheKeyThatHasAllItMayHave) {
    const auto bobs = make("b", "1");
    const auto first = make("a", "1");
    const auto second = make("a", "2");
    const auto third = make("a", "3");
    const auto fourth = make("a", "4");
    EXPECT_TRUE(first.expired());
    EXPECT_FALSE(bobs.expired() || second.expired() || third.expired() || fourth.expired());
}

TEST_F(ModernClients, ForgetNoneThatIsInUse) {
    std::vector<core::activity::token> in_use;
    for (const char* kind : {"1", "2", "3"}) in_use.push_back((*get("a", kind))->begin_visit());
    const auto refused = get("a", "4");
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is_at_limit());
    EXPECT_THAT(refused.error().text, HasSubstr("one key may have 3 kinds of clients at once"));
    EXPECT_EQ(all_.count(), 3U);
}

TEST_F(ModernClients, ForgetNoneOfAKeyThatHasFewer) {
    const auto bobs = make("b", "1");
    std::vector<core::activity::token> in_use;
    for (const char* kind : {"1", "2"}) in_use.push_back((*get("a", kind))->begin_visit());
    in_use.push_back((*get("c", "1"))->begin_visit());
    const auto refused = get("a", "3");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text, HasSubstr("all keys together may have 4 kinds of clients at once"));
    EXPECT_FALSE(bobs.expired());
    make("d", "1");
    EXPECT_TRUE(bobs.expired()) << "who has none needs one more";
}

TEST_F(ModernClients, ForgetOneOfAKeyThatHasFewerIfItWasUnusedForLong) {
    bounds_.session_evict = std::chrono::milliseconds(0);
    const auto bobs = make("b", "1");
    std::vector<core::activity::token> in_use;
    for (const char* kind : {"1", "2"}) in_use.push_back((*get("a", kind))->begin_visit());
    in_use.push_back((*get("c", "1"))->begin_visit());
    make("a", "3");
    EXPECT_TRUE(bobs.expired());
}

}  // namespace
}  // namespace bridge::era
