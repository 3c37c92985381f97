// How the server asks the user for an argument, in each era.
#include "tests/unit/weather/protocol_fixture.hpp"

namespace stdio_server {
namespace {

using nlohmann::json;

class protocol_questions : public protocol_fixture {
protected:
    void initialize_with(const char* revision, const char* capabilities) {
        protocol_->receive(R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":")" + std::string(revision) +
                           R"(","capabilities":)" + capabilities + R"(,"clientInfo":{"name":"c","version":"1"}}})");
    }
    static std::string asking_call(const char* more = "") {
        return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"asking")" + std::string(more) + "}}";
    }
    static std::string modern_call(const char* more, const char* capabilities = R"({"elicitation":{}})") {
        return asking_call((R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":)" +
                            std::string(capabilities) + "}" + more)
                               .c_str());
    }
    /// The arguments of the call that `text` starts, and that then ends.
    json started(std::string_view text) {
        const auto done = protocol_->receive(text);
        EXPECT_TRUE(done.lines.empty()) << text;
        EXPECT_EQ(done.started.size(), 1U) << text;
        if (done.started.empty()) return {};
        protocol_->finish(done.started[0].key, some_result());
        return *done.started[0].arguments;
    }
};

TEST_F(protocol_questions, go_to_a_legacy_client_as_a_request) {
    initialize_with("2025-11-25", R"({"elicitation":{}})");
    const auto asked = answer(asking_call());
    EXPECT_EQ(asked["method"], "elicitation/create");
    EXPECT_EQ(asked["params"]["message"], "Which?");
    EXPECT_EQ(asked["params"]["requestedSchema"], json::parse(R"({"type":"object","properties":{"state":{"type":"string"}},"required":["state"]})"));
    const json reply = {{"jsonrpc", "2.0"}, {"id", asked["id"]}, {"result", {{"action", "accept"}, {"content", {{"state", "CA"}}}}}};
    EXPECT_EQ(started(reply.dump()), json::parse(R"({"state":"CA"})"));
    // A second answer answers nothing.
    EXPECT_TRUE(protocol_->receive(reply.dump()).started.empty());
}

TEST_F(protocol_questions, that_the_user_declines_leave_the_argument_out) {
    initialize_with("2025-06-18", R"({"elicitation":{"form":{}}})");
    for (const char* outcome : {R"("result":{"action":"decline"})", R"("error":{"code":-1,"message":"no"})"}) {
        const auto asked = answer(asking_call());
        EXPECT_EQ(started(R"({"jsonrpc":"2.0","id":)" + asked["id"].dump() + "," + outcome + "}"), json::object());
    }
}

TEST_F(protocol_questions, are_not_asked_without_need) {
    for (const char* capabilities : {"{}", R"({"elicitation":{"url":{}}})"}) {
        initialize_with("2025-11-25", capabilities);
        EXPECT_EQ(started(asking_call()), json::object());
    }
    initialize_with("2025-03-26", R"({"elicitation":{}})");
    EXPECT_EQ(started(asking_call()), json::object());
    initialize_with("2025-11-25", R"({"elicitation":{}})");
    EXPECT_EQ(started(asking_call(R"(,"arguments":{"state":"CA"})")), json::parse(R"({"state":"CA"})"));
}

TEST_F(protocol_questions, end_with_their_call) {
    initialize_with("2025-11-25", R"({"elicitation":{}})");
    const auto asked = answer(asking_call());
    EXPECT_EQ(error_code_of(answer(asking_call())), -32600);  // the id is in use
    const auto withdrawn = answer(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
    EXPECT_EQ(withdrawn["method"], "notifications/cancelled");
    EXPECT_EQ(withdrawn["params"]["requestId"], asked["id"]);
}

TEST_F(protocol_questions, count_as_calls) {
    initialize_with("2025-11-25", R"({"elicitation":{}})");
    for (const char* id : {"1", "2", "3"})
        answer(R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"tools/call","params":{"name":"asking"}})");
    EXPECT_EQ(error_code_of(answer(call("4"))), -32000);
}

TEST_F(protocol_questions, go_to_a_modern_client_as_a_result) {
    const auto asked = answer(modern_call(""))["result"];
    EXPECT_EQ(asked["resultType"], "input_required");
    EXPECT_EQ(asked["inputRequests"]["state"]["method"], "elicitation/create");
    EXPECT_EQ(asked["inputRequests"]["state"]["params"]["mode"], "form");
    EXPECT_EQ(started(modern_call(R"(,"inputResponses":{"state":{"action":"accept","content":{"state":"CA"}}})")), json::parse(R"({"state":"CA"})"));
    EXPECT_EQ(started(modern_call(R"(,"inputResponses":{"state":{"action":"cancel"}})")), json::object());
    EXPECT_EQ(started(modern_call("", "{}")), json::object());
}

}  // namespace
}  // namespace stdio_server
