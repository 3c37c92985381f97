#include "bridge/session/running_tasks.hpp"

#include <gmock/gmock.h>

#include "tests/unit/session/session_over_link.hpp"

namespace bridge::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr std::string_view progress = R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":0.5}})";

/// The progress of calls that have become tasks.
class RunningTasks : public SessionOverLink {
protected:
    RunningTasks() { session_->general()->attach(); }

    std::shared_ptr<stream> begin(std::string_view message) {
        reply_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
        reply_->attach();
        send(message);
        return reply_;
    }
    // The child answers the call `number` with `result`.
    void answer(int number, const std::string& result) {
        link_->say(R"({"jsonrpc":"2.0","id":)" + std::to_string(number) + R"(,"result":)" + result + "}");
    }
    static std::string described(const std::string& id, const std::string& status, const std::string& ttl = "60000") {
        return R"({"taskId":")" + id + R"(","status":")" + status + R"(","ttl":)" + ttl + "}";
    }
    // The first call becomes the task "t", with the client's token "mine".
    void create(const std::string& status = "working", const std::string& ttl = "60000") {
        begin(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"task":{},"_meta":{"progressToken":"mine"}}})");
        answer(1, R"({"task":)" + described("t", status, ttl) + "}");
    }
    std::shared_ptr<stream> begin_about_task(const std::string& method) {
        return begin(R"({"jsonrpc":"2.0","id":8,"method":")" + method + R"(","params":{"taskId":"t"}})");
    }
    static auto forwarded() { return ElementsAre(HasSubstr(R"("progressToken":"mine","progress":0.5)")); }

    void expect_forwarded() {
        link_->say(progress);
        EXPECT_THAT(next(*session_->general()), forwarded());
    }
    void expect_dropped() {
        link_->say(progress);
        EXPECT_THAT(next(*session_->general()), IsEmpty());
    }
};

TEST_F(RunningTasks, ReportOnTheGeneralStreamUnderTheTokenOfTheirCall) {
    create();
    expect_forwarded();
    expect_forwarded();
}

TEST_F(RunningTasks, ReportToTheRequestForTheirResult) {
    create();
    const auto result = begin_about_task("tasks/result");
    link_->say(progress);
    EXPECT_THAT(next(*result), forwarded());
    EXPECT_THAT(next(*session_->general()), IsEmpty());
}

TEST_F(RunningTasks, ReportOnTheGeneralStreamIfThatRequestCarriesNoMessages) {
    create();
    const auto result = begin_about_task("tasks/result");
    result->refuse_messages();
    result->record_departure();
    expect_forwarded();
    EXPECT_THAT(next(*result), IsEmpty());
}

TEST_F(RunningTasks, RenewTheDeadlineOfThatRequest) {
    create();
    begin_about_task("tasks/result");
    const auto call = session_->calls().find("8");
    const auto before = call->deadline();
    link_->say(progress);
    EXPECT_GT(call->deadline(), before);
}

TEST_F(RunningTasks, ReportNothingThatNobodyReads) {
    create();
    session_->general()->detach(1);
    expect_dropped();
}

TEST_F(RunningTasks, EndWithATerminalStatusOfTheChild) {
    create();
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/tasks/status","params":)" + described("t", "input_required") + "}");
    EXPECT_EQ(next(*session_->general()).size(), 1U);
    expect_forwarded();
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/tasks/status","params":)" + described("other", "completed") + "}");
    EXPECT_EQ(next(*session_->general()).size(), 1U);
    expect_forwarded();
    link_->say(R"({"jsonrpc":"2.0","method":"notifications/tasks/status","params":)" + described("t", "failed") + "}");
    EXPECT_EQ(next(*session_->general()).size(), 1U);
    expect_dropped();
}

TEST_F(RunningTasks, EndWithATerminalStatusInAnAnswer) {
    for (const char* method : {"tasks/get", "tasks/cancel"}) {
        link_ = memory_link::make();
        link_->set_owner(owner_);
        session_->assign(std::make_shared<only_link>(link_));
        create();
        begin_about_task(method);
        answer(2, described("t", "working"));
        expect_forwarded();
        begin_about_task(method);
        answer(3, described("t", "cancelled"));
        expect_dropped();
    }
}

TEST_F(RunningTasks, EndWithTheirResult) {
    create();
    const auto result = begin_about_task("tasks/result");
    answer(2, R"({"content":[]})");
    EXPECT_THAT(next(*result), ElementsAre(HasSubstr(R"("id":8,"result":{"content":[]})")));
    expect_dropped();
}

TEST_F(RunningTasks, DoNotEndWhenTheirResultIsRefused) {
    create();
    begin_about_task("tasks/result");
    link_->say(R"({"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"not yet"}})");
    expect_forwarded();
}

TEST_F(RunningTasks, EndWithTheirTtl) {
    create("working", "60000");
    session_->sweep(core::clock::now() + 59s);
    expect_forwarded();
    session_->sweep(core::clock::now() + 61s);
    expect_dropped();
}

TEST_F(RunningTasks, EndAfterADayWithoutATtl) {
    create("working", "null");
    session_->sweep(core::clock::now() + 23h);
    expect_forwarded();
    session_->sweep(core::clock::now() + 25h);
    expect_dropped();
}

TEST_F(RunningTasks, EndWithTheirChild) {
    create();
    link_->fail("it ended");
    next(*session_->general());
    expect_dropped();
}

TEST_F(RunningTasks, AreNoneIfTheCallIsNotAnsweredWithARunningTask) {
    create("completed");
    expect_dropped();
    for (const char* result : {"{}", R"({"task":{"status":"working"}})", R"({"task":{"taskId":5}})", R"({"taskId":"t"})"}) {
        link_ = memory_link::make();
        link_->set_owner(owner_);
        session_->assign(std::make_shared<only_link>(link_));
        begin(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"task":{},"_meta":{"progressToken":"mine"}}})");
        answer(1, result);
        expect_dropped();
    }
}

TEST_F(RunningTasks, OfACallWithoutATokenReportNothing) {
    begin(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"task":{}}})");
    answer(1, R"({"task":)" + described("t", "working") + "}");
    expect_dropped();
}

TEST_F(RunningTasks, AreBounded) {
    bounds_.tasks_per_owner = 2;
    for (int i = 1; i <= 3; ++i) {
        begin(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"task":{},"_meta":{"progressToken":)" + std::to_string(10 + i) + "}}}");
        answer(i, R"({"task":)" + described("t" + std::to_string(i), "working") + "}");
    }
    for (int i = 1; i <= 3; ++i) {
        link_->say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" + std::to_string(i) + R"(,"progress":1}})");
    }
    EXPECT_THAT(next(*session_->general()), ElementsAre(HasSubstr(R"("progressToken":12)"), HasSubstr(R"("progressToken":13)")));
}

}  // namespace
}  // namespace bridge::session
