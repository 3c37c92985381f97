#include "bridge/era/background_tasks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/core/sealing_key.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/era/state_seal.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "tests/unit/session/session_over_link.hpp"

namespace bridge::era {
namespace {

using jsonrpc::find_member;
using session::envelope_of;
using session::memory_link;
using session::stream;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

constexpr std::string_view call_text = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{}}})";
constexpr std::string_view other_call_text = R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"u"}})";

class BackgroundTasks : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(core::set_up_secrets());
        client_->assign(std::make_shared<session::only_link>(link_));
        owner_ = std::make_shared<session::forwarding_owner>(*client_);
        link_->set_owner(owner_);
        tasks_.on_change([this](std::string_view principal, const background_task& changed) {
            told_.push_back(std::string(principal) + ' ' + std::string(find_member('{' + changed.members() + '}', "status")));
        });
    }

    std::shared_ptr<stream> send(std::string_view text, bool knows_tasks = true) {
        auto out = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
        out->attach();
        modern_request request;
        request.knows_tasks = knows_tasks;
        const auto call = client_->begin(envelope_of(text), request, out, core::clock::now());
        EXPECT_FALSE(client_->send(envelope_of(text), request, call, nullptr));
        return out;
    }
    std::vector<std::string> next(stream& out) {
        loop_.restart();
        loop_.run_for(60ms);
        std::vector<std::string> texts;
        for (auto& each : out.remove_waiting()) texts.push_back(std::move(each.text));
        return texts;
    }
    /// The id of the task that the call of `out` has become.
    std::string task_of(stream& out) {
        tasks_.take_over(*client_, core::clock::now() + bounds_.task_after);
        const std::vector<std::string> texts = next(out);
        if (texts.size() != 1) return {};
        EXPECT_THAT(texts.front(), HasSubstr(R"("result":{"resultType":"task",)"));
        const std::string id(find_member(find_member(texts.front(), "result"), "taskId"));
        return id.size() < 2 ? std::string() : id.substr(1, id.size() - 2);
    }
    std::string state(const std::string& id, std::string_view member) { return std::string(find_member(tasks_.details("p", id).whole(), member)); }
    void ask(std::string_view id) {
        link_->say(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"elicitation/create","params":{"message":"m"}})");
    }
    void sweep(std::chrono::milliseconds later = {}) {
        client_->sweep(core::clock::now() + later);
        tasks_.sweep(core::clock::now() + later);
    }

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    core::limits bounds_{.task_after = 45s, .task_time = 3600s, .task_keep = 600s};
    core::memory_budget memory_{0};
    std::vector<std::string> told_;
    state_seal seal_{core::sealing_key::from("a secret of the tests"), {"server"}};
    background_tasks tasks_{loop_.get_executor(), bounds_, memory_};
    std::shared_ptr<memory_link> link_ = memory_link::make();
    std::shared_ptr<modern_client> client_ =
        std::make_shared<modern_client>(loop_.get_executor(), session::session_identity{.id = "i", .principal = "p"},
                                        client_profile{.asks_by_form = true, .has_roots = true}, bounds_, seal_, memory_.account_of("p"));
    std::shared_ptr<session::forwarding_owner> owner_;
};

TEST_F(BackgroundTasks, TakeOverWhatLastsTooLongAndKeepTheResult) {
    const auto reply = send(call_text);
    tasks_.take_over(*client_, core::clock::now() + 44s);
    EXPECT_THAT(next(*reply), IsEmpty()) << "it may take so long";
    const std::string id = task_of(*reply);
    ASSERT_EQ(id.size(), 32U);
    EXPECT_TRUE(reply->has_ended());
    EXPECT_TRUE(client_->is_busy()) << "the client keeps its child";
    EXPECT_EQ(state(id, "status"), R"("working")");
    sweep(3500s);
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":1}})");
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{"content":[],"isError":true}})");
    EXPECT_EQ(state(id, "status"), R"("completed")");
    EXPECT_EQ(state(id, "result"), R"({"content":[],"isError":true,"resultType":"complete"})");
    EXPECT_THAT(told_, ElementsAre(R"(p "completed")"));
    EXPECT_FALSE(client_->is_busy());
    EXPECT_THAT(link_->lines, Not(Contains(HasSubstr("cancelled"))));
    sweep(601s);
    EXPECT_EQ(tasks_.details("p", id).whole(), "");
}

TEST_F(BackgroundTasks, AreForThoseWhoKnowThem) {
    const auto reply = send(call_text, false);
    EXPECT_EQ(task_of(*reply), "");
    const auto list = send(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
    EXPECT_EQ(task_of(*list), "");
}

TEST_F(BackgroundTasks, BelongToTheirPrincipal) {
    const std::string id = task_of(*send(call_text));
    EXPECT_EQ(tasks_.details("q", id).whole(), "");
    EXPECT_FALSE(tasks_.answer("q", id, "{}", {}, nullptr));
    EXPECT_FALSE(tasks_.cancel("q", id));
    EXPECT_THAT(tasks_.known("q", {id}), IsEmpty());
    EXPECT_THAT(tasks_.known("p", {id, "else", id}), ElementsAre(id));
    EXPECT_EQ(state(id, "status"), R"("working")");
}

TEST_F(BackgroundTasks, PassOnQuestionsWithKeysThatAreNeverUsedAgain) {
    const auto reply = send(call_text);
    ask("5");
    const std::string asked = next(*reply).at(0);
    EXPECT_THAT(asked, HasSubstr(R"("inputRequests":{"q1":)"));
    tasks_.take_over(*client_, core::clock::now() + 45s);
    EXPECT_EQ(tasks_.count_running(), 0U) << "the client has to answer first";
    // The client repeats its request with the answer.
    auto again = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
    again->attach();
    modern_request request;
    const std::size_t begin = asked.find(R"("requestState":)") + 15;
    request.request_state = std::string_view(asked).substr(begin, 34);
    request.input_responses = R"({"q1":{"action":"accept"}})";
    request.knows_tasks = true;
    ASSERT_TRUE(client_->resume(envelope_of(call_text), request, again, core::clock::now()));
    const std::string id = task_of(*again);
    ASSERT_NE(id, "");
    ask("6");
    ask("7");
    EXPECT_EQ(state(id, "status"), R"("input_required")");
    EXPECT_EQ(find_member(state(id, "inputRequests"), "q1"), "") << "it was used";
    EXPECT_NE(find_member(state(id, "inputRequests"), "q3"), "");
    EXPECT_TRUE(tasks_.answer("p", id, R"({"q2":{"action":"decline"},"q1":{"action":"accept"}})", {}, nullptr));
    EXPECT_EQ(link_->lines.back(), R"({"jsonrpc":"2.0","id":6,"result":{"action":"decline"}})");
    EXPECT_EQ(state(id, "status"), R"("input_required")");
    EXPECT_TRUE(tasks_.answer("p", id, R"({"q3":{"action":"decline"}})", {}, nullptr));
    EXPECT_EQ(state(id, "status"), R"("working")");
    next(*again);
    ask("8");
    next(*again);
    EXPECT_THAT(told_.back(), HasSubstr("input_required")) << "those who listen need not ask";
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}})");
    EXPECT_EQ(state(id, "status"), R"("working")") << "the server has withdrawn its question";
}

TEST_F(BackgroundTasks, CarryQuestionsOnlyWhileNoCallIsWaitedFor) {
    const std::string id = task_of(*send(call_text));
    const auto other = send(other_call_text);
    ask("5");
    EXPECT_THAT(next(*other), ElementsAre(HasSubstr("input_required")));
    ask("6");
    EXPECT_EQ(state(id, "status"), R"("input_required")") << "the client may never continue the other one";
}

TEST_F(BackgroundTasks, GiveUpTheirQuestionsWhenTheyEnd) {
    const std::string id = task_of(*send(call_text));
    ask("5");
    EXPECT_TRUE(tasks_.cancel("p", id));
    EXPECT_EQ(state(id, "status"), R"("cancelled")");
    EXPECT_THAT(link_->lines.back(), testing::StartsWith("cancelled 1"));
    sweep();
    EXPECT_EQ(link_->lines.back(), R"({"jsonrpc":"2.0","id":5,"result":{"action":"cancel"}})");
    EXPECT_FALSE(client_->is_busy());
}

TEST_F(BackgroundTasks, FailWithTheirChildOrTheirClientOrTheirTime) {
    const std::string late = task_of(*send(call_text));
    sweep(3601s);
    EXPECT_EQ(state(late, "status"), R"("failed")");
    EXPECT_THAT(link_->lines.back(), testing::StartsWith("cancelled 1"));
    const std::string closed = task_of(*send(other_call_text));
    client_->close("its client was idle");
    EXPECT_EQ(state(closed, "status"), R"("failed")");
    EXPECT_EQ(state(closed, "statusMessage"), R"("its client was idle")");
}

TEST_F(BackgroundTasks, HaveNoVisitsBeforeTheCall) {
    const std::string id = task_of(*send(call_text));
    link_->say(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32042,"message":"m","data":{"elicitations":[)"
               R"({"mode":"url","elicitationId":"e","url":"https://x/","message":"go"}]}}})");
    EXPECT_EQ(state(id, "status"), R"("failed")") << "the client cannot send its request again";
}

TEST_F(BackgroundTasks, AreAsManyAsTheyMayBe) {
    bounds_.background_tasks_per_principal = 1;
    const std::string id = task_of(*send(call_text));
    const auto second = send(other_call_text);
    EXPECT_EQ(task_of(*second), "") << "its client waits for it";
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{}})");
    EXPECT_EQ(task_of(*second), "") << "the client does not know yet how the first one has ended";
    EXPECT_EQ(state(id, "status"), R"("completed")");
    EXPECT_NE(task_of(*second), "");
    EXPECT_EQ(tasks_.details("p", id).whole(), "");
}

// The question of a cancelled task became the answer to the next call.
TEST_F(BackgroundTasks, KeepTheirQuestionsToThemselvesWhenTheyAreCancelled) {
    const std::string id = task_of(*send(call_text));
    ask("5");
    EXPECT_EQ(state(id, "status"), R"("input_required")");
    const auto other = send(call_text);
    EXPECT_TRUE(tasks_.cancel("p", id));
    client_->sweep(core::clock::now());
    EXPECT_THAT(next(*other), IsEmpty());
    EXPECT_THAT(link_->lines, testing::Contains(R"({"jsonrpc":"2.0","id":5,"result":{"action":"cancel"}})"));
}

TEST_F(BackgroundTasks, GiveUpLargeResultsForWantOfMemory) {
    core::memory_budget small(1024 * 1024);
    background_tasks tasks(loop_.get_executor(), bounds_, small);
    const auto client = std::make_shared<modern_client>(loop_.get_executor(), session::session_identity{.id = "i", .principal = "p"},
                                                        client_profile{}, bounds_, seal_, small.account_of("p"));
    client->assign(std::make_shared<session::only_link>(link_));
    const auto reply = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
    reply->attach();
    modern_request request;
    request.knows_tasks = true;
    const auto call = client->begin(envelope_of(call_text), request, reply, core::clock::now());
    EXPECT_FALSE(client->send(envelope_of(call_text), request, call, nullptr));
    tasks.take_over(*client, core::clock::now() + 45s);
    const std::string handle = next(*reply).at(0);
    const std::string raw(find_member(find_member(handle, "result"), "taskId"));
    const std::string id = raw.substr(1, raw.size() - 2);
    link_->say(R"({"jsonrpc":"2.0","id":1,"result":{"x":")" + std::string(600 * 1024, 'x') + R"("}})");
    tasks.sweep(core::clock::now());
    EXPECT_EQ(find_member(tasks.details("p", id).whole(), "status"), R"("completed")");
    core::memory_charge other(small.account_of("q"), core::memory_use::stream);
    other.set(300 * 1024);
    tasks.sweep(core::clock::now());
    EXPECT_EQ(tasks.details("p", id).whole(), "") << "its client has read it";
    EXPECT_LT(small.used(), 400U * 1024);
}

}  // namespace
}  // namespace bridge::era
