// Promise: a client and a server that both speak revision 2026-07-28 only understand each other through the bridge, questions included.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class modern_both : public testing::TestWithParam<const char*> {
protected:
    static hosting how() { return {.isolation = GetParam(), .flags = {"--era", "modern"}, .works = false}; }
};
IN_ALL_ISOLATIONS(modern_both);

TEST_P(modern_both, discover_call_and_list_what_there_is) {
    hosted_fixture host(how());
    modern_client client(host);
    const mcp_answer found = client.discover();
    EXPECT_EQ(found.http.status, 200);
    EXPECT_EQ(found.at("result/supportedVersions"), R"(["2026-07-28"])");
    EXPECT_THAT(found.at("result/_meta"), HasSubstr("stdio-fixture"));
    const mcp_answer answer = client.call("echo", R"({"n":1.0,"n":2})");
    EXPECT_EQ(answer.http.status, 200);
    EXPECT_EQ(answer.at("result/resultType"), R"("complete")");
    EXPECT_THAT(echoed(answer),
                AllOf(HasSubstr(R"("arguments":{"n":1.0,"n":2})"), HasSubstr(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")")));
    EXPECT_THAT(client.request("tools/list").at("result/tools"), HasSubstr(R"("name":"echo")"));
}

// The server says which call asks, so no other one is taken for it.
TEST(modern_questions_of_modern_servers, that_need_an_undeclared_capability_end_the_call_that_asks) {
    hosted_fixture host({.flags = {"--era", "modern"}, .works = false});
    modern_client client(host);
    const modern_message innocent = client.call_message("slow", R"({"ms":700,"who":"innocent"})");
    http_client running = client.begin(innocent);
    ASSERT_TRUE(host.receives(R"("who":"innocent")"));
    const mcp_answer refused = client.call("ask_input", R"({"requests":{"x":{"method":"sampling/createMessage","params":{}}}})");
    EXPECT_EQ(error_code(refused.message), -32021);
    EXPECT_EQ(read_answer(running, innocent.id).at("result/resultType"), R"("complete")");
}

TEST(modern_questions_of_modern_servers, ask_and_answer_in_several_rounds) {
    hosted_fixture host({.flags = {"--era", "modern"}, .works = false});
    modern_client client(host, R"({"elicitation":{}})");
    const modern_message call =
        client.call_message("ask_input", R"({"requests":{"k":{"method":"elicitation/create","params":{"message":"m"}}},"rounds":2})");
    mcp_answer answer = client.send(call);
    for (int round = 1; round <= 2; ++round) {
        ASSERT_EQ(answer.at("result/resultType"), R"("input_required")") << round;
        const std::string key = "q" + std::to_string(round);
        EXPECT_THAT(answer.at("result/inputRequests/" + key), HasSubstr("elicitation/create"));
        modern_message next = call;
        next.id = client.message("").id;
        next.params += R"(,"inputResponses":{")" + key + R"(":{"action":"accept","content":{"n":)" + std::to_string(round) +
                       R"(}}},"requestState":)" + answer.at("result/requestState");
        answer = client.send(next);
    }
    EXPECT_EQ(answer.at("result/resultType"), R"("complete")");
    EXPECT_EQ(client.call("echo").at("result/resultType"), R"("complete")") << "the process goes on";
}

}  // namespace
}  // namespace e2e
