// Promise: a server that keeps failing is started ever more rarely, whoever asks for it, and a client whose own calls end
// its process is the only one who has to wait for that.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "tests/integration/child/children_fixture.hpp"

namespace bridge::child {
namespace {

using testing::HasSubstr;

// Takes whatever comes; needs its child back if it is told so.
class some_owner final : public slot_owner {
public:
    void on_child_notification(link&, const jsonrpc::envelope&) override {}
    void on_child_request(link&, const jsonrpc::envelope&) override {}
    void on_child_failure(link& source) override { failures.push_back(source.end_reason()); }
    bool needs_child() const override { return needs; }
    own_requests to_repeat() const override {
        return [this, next = std::size_t{0}]() mutable {
            if (next == settings.size()) return std::optional<own_request>();
            ++repeated;
            return std::optional(settings[next++]);
        };
    }

    bool needs = false;
    std::vector<std::string> failures;
    std::vector<own_request> settings;
    mutable std::size_t repeated = 0;
};

class deaf final : public call_sink {
public:
    void on_answer(const jsonrpc::envelope&) override {}
    bool on_message(const jsonrpc::envelope&) override { return true; }
    void on_lost(std::string_view) override {}
};

class Supervision : public ChildrenTest {
protected:
    Supervision() {
        bounds_.restart_delay = 10ms;
        bounds_.crash_cool_down = 300ms;
        bounds_.stable_after = 10s;
    }

    std::shared_ptr<child_slot> make_slot(const std::shared_ptr<some_owner>& owner = {}) {
        return child_slot::make(loop_.get_executor(), all(), bounds_, words(), owner);
    }

    granted<std::shared_ptr<link>> open(const std::shared_ptr<child_slot>& slot) { return await(child_slot::open(slot)); }

    // A call, and then the end of the process that it reached.
    void poison(const std::shared_ptr<child_slot>& slot) {
        const granted<std::shared_ptr<link>> opened = open(slot);
        ASSERT_TRUE(opened) << opened.error().text;
        pid_of(**opened);
        end(**opened);
    }
    void end(link& ending) {
        ending.kill();
        ASSERT_TRUE(run_until([&] { return ending.current() == link::state::ended; }));
    }
};

TEST_F(Supervision, RefusesEverySeatOnceTheCommandFailsAtItsStart) {
    start_with({"--crash-on", "start", "--crash-by", "exit:7", "--last-words", "no licence"});
    bounds_.crash_cool_down = 1h;
    for (int i = 0; i < 5; ++i) {
        const granted<std::shared_ptr<link>> failed = open(make_slot());
        EXPECT_FALSE(failed);
        EXPECT_FALSE(failed.error().is_at_limit());
        EXPECT_THAT(failed.error().text, HasSubstr("could not be initialised"));
        EXPECT_THAT(failed.error().text, HasSubstr("exit status 7"));
    }
    const granted<std::shared_ptr<link>> refused = open(make_slot());
    EXPECT_TRUE(refused.error().is_at_limit());
    EXPECT_GT(refused.error().retry_after, 1min);
    EXPECT_THAT(refused.error().text, HasSubstr("no licence"));
    EXPECT_EQ(starts().size(), 5U);
    EXPECT_TRUE(make_slot()->current_refusal());
    EXPECT_THAT(all().health().unresolved_failure(), HasSubstr("exit status 7"));
}

// What one client says to the server must not be the reason why others get none.
TEST_F(Supervision, DoesNotRefuseOthersForOneClientsOpeningWords) {
    start_with({"--crash-on", "initialize", "--crash-by", "exit:7"});
    bounds_.crash_cool_down = 1h;
    int suspicions = 0;
    all().health().on_suspected_failure([&] { ++suspicions; });
    legacy_handshake of_client = words();
    of_client.is_own = false;
    for (int i = 0; i < 8; ++i) {
        const granted<std::shared_ptr<link>> failed = open(child_slot::make(loop_.get_executor(), all(), bounds_, of_client, {}));
        EXPECT_THAT(failed.error().text, HasSubstr("exit status 7"));
        EXPECT_FALSE(failed.error().is_at_limit());
        EXPECT_EQ(suspicions, std::max(0, i - 3)) << "from the fifth on";
    }
    EXPECT_FALSE(make_slot()->current_refusal());
    EXPECT_EQ(all().health().unresolved_failure(), "");
    EXPECT_FALSE(open(make_slot())) << "with the bridge's own words";
    EXPECT_TRUE(make_slot()->current_refusal());
}

// The fork bomb of one that answers initialize and dies then.
TEST_F(Supervision, CountsThoseThatDieUnaskedAfterTheirHandshake) {
    bounds_.crash_cool_down = 1h;
    for (int i = 0; i < 5; ++i) {
        const auto slot = make_slot();
        const granted<std::shared_ptr<link>> opened = open(slot);
        ASSERT_TRUE(opened) << opened.error().text;
        end(**opened);
    }
    EXPECT_TRUE(open(make_slot()).error().is_at_limit());
    EXPECT_EQ(starts().size(), 5U);
}

TEST_F(Supervision, LetsNobodyElsePayForTheCallsOfOneSeat) {
    bounds_.crash_cool_down = 1h;
    const auto victim = make_slot();
    for (int i = 0; i < 5; ++i) poison(victim);
    const granted<std::shared_ptr<link>> refused = open(victim);
    EXPECT_FALSE(refused);
    EXPECT_TRUE(refused.error().is_at_limit());
    EXPECT_THAT(refused.error().text, HasSubstr("killed by signal 9"));
    EXPECT_EQ(all().health().unresolved_failure(), "");
    EXPECT_TRUE(open(make_slot()));
}

// Of what dies on its first call nobody knows whose fault that is: it is everybody's, unless others have answered calls.
TEST_F(Supervision, CountsThoseThatDieOnTheirFirstCallOnceForEachSeatUnlessOthersWork) {
    bounds_.crash_cool_down = 1h;
    bounds_.short_lives = 2;
    start_with({"--crash-on", "tools/call"});
    const auto call_once = [&](const std::shared_ptr<child_slot>& slot) {
        const granted<std::shared_ptr<link>> opened = open(slot);
        ASSERT_TRUE(opened) << opened.error().text;
        jsonrpc::envelope message;
        message.kind = jsonrpc::message_kind::request;
        message.method = R"("tools/call")";
        ASSERT_TRUE((*opened)->call(message, std::make_shared<deaf>()).has_value());
        ASSERT_TRUE(run_until([&] { return (*opened)->current() == link::state::ended; }));
    };
    const auto first = make_slot();
    call_once(first);
    call_once(first);
    EXPECT_TRUE(first->current_refusal());
    EXPECT_FALSE(all().current_refusal()) << "one slot alone does not stop the others";
    EXPECT_EQ(all().health().unresolved_failure(), "");
    call_once(make_slot());
    EXPECT_TRUE(all().current_refusal()) << "nobody gets anywhere";
    EXPECT_THAT(all().health().unresolved_failure(), HasSubstr("exit status 3"));
}

TEST_F(Supervision, BlamesTheCallIfOtherChildrenHaveAnsweredTheirs) {
    bounds_.crash_cool_down = 1h;
    bounds_.short_lives = 2;
    const auto working = make_slot();
    const granted<std::shared_ptr<link>> opened = open(working);
    ASSERT_TRUE(opened);
    pid_of(**opened);
    for (int i = 0; i < 5; ++i) {
        const auto slot = make_slot();
        const granted<std::shared_ptr<link>> other = open(slot);
        ASSERT_TRUE(other) << other.error().text;
        jsonrpc::envelope message;
        message.kind = jsonrpc::message_kind::request;
        message.method = R"("tools/call")";
        message.params = R"({"name":"crash","arguments":{}})";
        ASSERT_TRUE((*other)->call(message, std::make_shared<deaf>()).has_value());
        ASSERT_TRUE(run_until([&] { return (*other)->current() == link::state::ended; }));
    }
    EXPECT_FALSE(all().current_refusal());
}

TEST_F(Supervision, CountsNoLifeThatWasLongEnough) {
    bounds_.stable_after = 0ms;
    const auto slot = make_slot();
    for (int i = 0; i < 8; ++i) poison(slot);
    EXPECT_TRUE(open(slot));
}

TEST_F(Supervision, CountsNoEndThatWasAskedFor) {
    for (int i = 0; i < 8; ++i) {
        const auto slot = make_slot();
        ASSERT_TRUE(open(slot));
        slot->close("done");
    }
    EXPECT_FALSE(all().current_refusal());
    EXPECT_EQ(all().health().unresolved_failure(), "");
}

TEST_F(Supervision, TriesOneAfterTheCoolDownAndHeals) {
    const std::string died = folder_.path("died");
    bounds_.stable_after = 50ms;
    bounds_.short_lives = 1;
    start_with({"--crash-on", "initialize", "--crash-once", died});
    EXPECT_FALSE(open(make_slot()));
    EXPECT_TRUE(open(make_slot()).error().is_at_limit());
    ASSERT_TRUE(run_until([&] { return !all().current_refusal(); }));
    const auto slot = make_slot();
    ASSERT_TRUE(open(slot));
    EXPECT_NE(all().health().unresolved_failure(), "") << "too early to tell";
    EXPECT_TRUE(run_until([&] { return all().health().unresolved_failure().empty(); }));
    EXPECT_EQ(starts().size(), 2U);
}

TEST_F(Supervision, BringsAChildBackThatIsNeeded) {
    const auto owner = std::make_shared<some_owner>();
    const auto slot = make_slot(owner);
    const granted<std::shared_ptr<link>> first = open(slot);
    ASSERT_TRUE(first);
    end(**first);
    EXPECT_FALSE(run_until([&] { return starts().size() > 1; }, 100ms)) << "nobody needs it";
    EXPECT_EQ(owner->failures.size(), 1U);
    owner->needs = true;
    slot->ensure();
    ASSERT_TRUE(run_until([&] { return slot->current() != nullptr; }));
    end(*slot->current());
    EXPECT_TRUE(run_until([&] { return starts().size() == 3 && slot->current() != nullptr; }));
    slot->close("done");
    EXPECT_FALSE(run_until([&] { return starts().size() > 3; }, 100ms)) << "it is closed";
}

TEST_F(Supervision, BringsItBackOnceACrashLoopIsOver) {
    bounds_.short_lives = 2;
    const auto owner = std::make_shared<some_owner>();
    owner->needs = true;
    const auto slot = make_slot(owner);
    ASSERT_TRUE(open(slot));
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(run_until([&] { return slot->current() != nullptr; }));
        end(*slot->current());
    }
    EXPECT_TRUE(slot->current_refusal());
    EXPECT_FALSE(run_until([&] { return starts().size() > 2; }, 200ms));
    EXPECT_TRUE(run_until([&] { return slot->current() != nullptr; }));
    EXPECT_EQ(starts().size(), 3U);
}

TEST_F(Supervision, TellsANewChildWhatTheLastOneWasToldBeforeAnyCall) {
    const std::string record = folder_.path("record");
    start_with({"--record", record});
    const auto owner = std::make_shared<some_owner>();
    for (int i = 0; i < 100; ++i) {
        owner->settings.push_back({.method = "resources/subscribe", .params = R"({"uri":"u:)" + std::to_string(i) + R"("})"});
    }
    owner->settings.push_back({.method = "no/such", .params = "{}"});
    bounds_.exchanges_per_child = 40;
    const granted<std::shared_ptr<link>> opened = open(make_slot(owner));
    ASSERT_TRUE(opened) << opened.error().text;
    const auto lines = test_support::lines_of(record);
    ASSERT_EQ(lines.size(), 103U) << "initialize, initialized, and those";
    EXPECT_THAT(lines[2], HasSubstr(R"("u:0")"));
    EXPECT_THAT(lines[101], HasSubstr(R"("u:99")"));
    EXPECT_THAT(lines[102], HasSubstr("no/such"));
}

// There may be tens of thousands: all in one turn would keep everybody else waiting.
TEST_F(Supervision, RepeatsAFewInEachTurnOfTheLoop) {
    const auto owner = std::make_shared<some_owner>();
    owner->settings.assign(2000, {.method = "resources/subscribe", .params = R"({"uri":"u:1"})"});
    std::optional<granted<std::shared_ptr<link>>> opened;
    const auto slot = make_slot(owner);
    boost::asio::co_spawn(loop_, child_slot::open(slot),
                          [&](const std::exception_ptr&, granted<std::shared_ptr<link>> got) { opened = std::move(got); });
    std::size_t most = 0;
    const test_support::deadline end(20s);
    while (!opened && !end.passed()) {
        const std::size_t before = owner->repeated;
        loop_.restart();
        loop_.run_one_for(10ms);
        most = std::max(most, owner->repeated - before);
    }
    ASSERT_TRUE(opened && *opened);
    EXPECT_EQ(owner->repeated, 2000U);
    EXPECT_LE(most, 32U);
}

TEST_F(Supervision, GoesOnWithoutAnswersToWhatIsRepeated) {
    start_with({"--silent-on", "logging/setLevel"});
    bounds_.start_timeout = 300ms;
    const auto owner = std::make_shared<some_owner>();
    owner->settings.push_back({.method = "logging/setLevel", .params = R"({"level":"info"})"});
    EXPECT_TRUE(open(make_slot(owner)));
}

// What cannot be reached at all says which step failed.
TEST_F(Supervision, NamesTheStepThatFailedForWantOfDescriptors) {
    // UBSan needs a descriptor when it meets a logger or a link for the first time.
    const granted<std::shared_ptr<link>> none_yet = all().start({});
    ASSERT_TRUE(none_yet) << none_yet.error().text;
    EXPECT_FALSE(all().current_refusal());
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{3, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const granted<std::shared_ptr<link>> second = all().start({});
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_FALSE(second);
    EXPECT_THAT(second.error().text, HasSubstr("could not make a pipe for '"));
    EXPECT_THAT(second.error().text, HasSubstr("Too many open files"));
    EXPECT_TRUE(second.error().is_at_limit());
    EXPECT_EQ(all().health().unresolved_failure(), "") << "what the bridge is short of is not the failure of the server";
}

}  // namespace
}  // namespace bridge::child
