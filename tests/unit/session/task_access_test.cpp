#include "bridge/session/task_access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/jsonrpc/large_envelope.hpp"

namespace bridge::session {
namespace {

using testing::HasSubstr;

class TaskAccess : public testing::Test {
protected:
    struct asked {
        bool is_passed = false;  ///< to the server, which gives the answer
        std::string answer;      ///< what the client gets
    };

    // What a client with `access` gets for the request with `method` and `params`, if the server answers with `result`.
    asked ask(const task_access& access, const std::string& method, const std::string& params, const std::string& result) {
        const std::string text = R"({"jsonrpc":"2.0","id":"c","method":")" + method + R"(","params":)" + params + "}";
        const auto out = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
        out->attach();
        exchange call(R"("c")", {}, out, core::clock::time_point::max(), nullptr);
        asked made;
        made.is_passed = !access.review(read(text), call);
        const std::string answer = R"({"jsonrpc":"2.0","id":7,"result":)" + result + "}";
        if (made.is_passed && result.size() <= jsonrpc::slice_bytes) call.on_answer(read(answer));
        if (made.is_passed && result.size() > jsonrpc::slice_bytes) call.on_large_answer(read(answer), result);
        EXPECT_FALSE(call.is_waiting());
        for (const auto& each : out->remove_waiting()) made.answer += each.text;
        return made;
    }

    static jsonrpc::envelope read(std::string_view text) {
        auto outcome = jsonrpc::read_envelope(text, 64);
        return std::get<jsonrpc::envelope>(outcome);
    }

    void create(const task_access& access, const std::string& id) {
        const std::string result = R"({"task":{"taskId":")" + id + R"(","ttl":60000}})";
        EXPECT_EQ(ask(access, "tools/call", R"({"name":"x","task":{}})", result).answer, R"({"jsonrpc":"2.0","id":"c","result":)" + result + "}");
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    std::shared_ptr<task_owners> owners_ = std::make_shared<task_owners>(bounds_);
    task_access alice_{owners_, "alice", "s1"};
    task_access bob_{owners_, "bob", "s2"};
    task_access nobody_{owners_, "", "s3"};
    task_access nobody_else_{owners_, "", "s4"};
};

TEST_F(TaskAccess, IsForTheOwner) {
    create(alice_, "t");
    for (const char* method : {"tasks/get", "tasks/result", "tasks/cancel", "tasks/update", "t\\u0061sks\\/get"}) {
        EXPECT_TRUE(ask(alice_, method, R"({"taskId":"\u0074"})", "{}").is_passed) << method;
        for (const char* params : {R"({"taskId":"t"})", R"({"taskId":"u"})", R"({"taskId":7})", "{}"}) {
            const asked refused = ask(bob_, method, params, "{}");
            EXPECT_FALSE(refused.is_passed) << method << params;
            EXPECT_THAT(refused.answer, HasSubstr(R"("id":"c","error":{"code":-32602)")) << method << params;
        }
    }
}

TEST_F(TaskAccess, IsForTheSessionWhereNobodyHasAName) {
    create(nobody_, "t");
    EXPECT_TRUE(ask(nobody_, "tasks/get", R"({"taskId":"t"})", "{}").is_passed);
    EXPECT_FALSE(ask(nobody_else_, "tasks/get", R"({"taskId":"t"})", "{}").is_passed);
    EXPECT_THAT(ask(nobody_, "tasks/list", "{}", "{}").answer, HasSubstr("-32601"));
    nobody_.end();
    EXPECT_FALSE(ask(nobody_, "tasks/get", R"({"taskId":"t"})", "{}").is_passed);
    // But a key's holder keeps them.
    create(alice_, "a");
    alice_.end();
    EXPECT_TRUE(ask(alice_, "tasks/get", R"({"taskId":"a"})", "{}").is_passed);
}

TEST_F(TaskAccess, OfAPrincipalIsNotThatOfASessionOfThatName) {
    create(task_access(owners_, "s3", "x"), "t");
    EXPECT_FALSE(ask(nobody_, "tasks/get", R"({"taskId":"t"})", "{}").is_passed);
}

TEST_F(TaskAccess, CannotBeHadByAnAnswerThatNamesAnothersTask) {
    create(alice_, "t");
    create(bob_, "t");
    EXPECT_TRUE(ask(alice_, "tasks/get", R"({"taskId":"t"})", "{}").is_passed);
    EXPECT_FALSE(ask(bob_, "tasks/get", R"({"taskId":"t"})", "{}").is_passed);
    // Nor by a request that did not ask for a task.
    ask(bob_, "tools/call", R"({"name":"x"})", R"({"task":{"taskId":"u"}})");
    EXPECT_FALSE(ask(bob_, "tasks/get", R"({"taskId":"u"})", "{}").is_passed);
}

TEST_F(TaskAccess, IsNotClaimedByRelatedTaskMetadata) {
    create(alice_, "t");
    const std::string params = R"({"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t"}},"taskId":"t"})";
    for (const char* method : {"tools/call", "x/own", "tasks/get"}) {
        EXPECT_TRUE(ask(alice_, method, params, "{}").is_passed) << method;
        EXPECT_FALSE(ask(bob_, method, params, "{}").is_passed) << method;
    }
}

TEST_F(TaskAccess, ListsTheOwnersTasksAndLeavesTheRestAsItIs) {
    create(alice_, "a1");
    create(alice_, "a2");
    create(bob_, "b1");
    const auto listed = [&](const task_access& access, const std::string& result) { return ask(access, "tasks/list", "{}", result).answer; };
    const std::string all =
        R"({"x":1.0, "tasks": [ {"taskId":"a1","n":1e0} , {"taskId":"b1"}, {"taskId":"a\u0032"},{"taskId":"c"},{},7], "nextCursor":"2" })";
    EXPECT_EQ(listed(alice_, all),
              R"({"jsonrpc":"2.0","id":"c","result":{"x":1.0, "tasks": [{"taskId":"a1","n":1e0},{"taskId":"a\u0032"}], "nextCursor":"2" }})");
    EXPECT_EQ(listed(bob_, all), R"({"jsonrpc":"2.0","id":"c","result":{"x":1.0, "tasks": [{"taskId":"b1"}], "nextCursor":"2" }})");
    EXPECT_EQ(listed(bob_, R"({"tasks":[]})"), R"({"jsonrpc":"2.0","id":"c","result":{"tasks":[]}})");
    EXPECT_EQ(listed(bob_, R"({"tasks":[{"taskId":"a1"}]})"), R"({"jsonrpc":"2.0","id":"c","result":{"tasks":[]}})");
}

TEST_F(TaskAccess, ListsNothingOfWhatIsNoList) {
    for (const std::string& result :
         {std::string("{}"), std::string("[]"), std::string(R"({"tasks":{"taskId":"t"}})"), std::string(R"({"tasks":[],"tasks":[{"taskId":"t"}]})"),
          std::string(R"({"tasks":[],"Tasks":[{"taskId":"t"}]})"), R"({"tasks":[],"x":")" + std::string(std::size_t{256} * 1024, 'x') + R"("})"}) {
        const asked refused = ask(alice_, "tasks/list", "{}", result);
        EXPECT_TRUE(refused.is_passed);
        EXPECT_THAT(refused.answer, HasSubstr("-32603")) << result.substr(0, 100);
    }
}

}  // namespace
}  // namespace bridge::session
