// What the bridge did not write it does not change: params and results arrive byte for byte, both ways.
#include <gtest/gtest.h>

#include "tests/support/bridge_process.hpp"
#include "tests/support/mcp_session.hpp"

namespace test_support {
namespace {

class bytes_pass_untouched : public testing::TestWithParam<const char*> {
protected:
    bridge_process bridge_{{.arguments = {"--isolation", GetParam()}}};
    mcp_session session_{bridge_.port()};

    void SetUp() override { session_.open(); }
};

TEST_P(bytes_pass_untouched, to_the_server) {
    const std::string params =
        R"({"x_vendor":[ ],"name":"echo", "arguments":{"big":9007199254740993,"n":1.10,"z":-0,"u":"\u00e9é","n":1e400}})";
    const mcp_answer answer = session_.request("tools/call", params);
    EXPECT_EQ(answer.http.status, 200);
    EXPECT_EQ(answer.at("result/structuredContent/params"), params);
}

TEST_P(bytes_pass_untouched, from_the_server) {
    const std::string result = R"({ "content":[], "n":1.10,"big":12345678901234567890123,"n":2,"_meta":{"a/b":1e400}})";
    const mcp_answer answer = session_.call("raw_result", R"({"result":)" + result + "}");
    EXPECT_EQ(answer.at("result"), result);
}

TEST_P(bytes_pass_untouched, when_the_server_writes_byte_by_byte) {
    EXPECT_EQ(session_.call("bytewise", R"({"text":"grüße 😀 \u2028"})").at("result/content/0/text"), R"("grüße 😀 \u2028")");
}

TEST_P(bytes_pass_untouched, and_the_bridge_stops_cleanly_afterwards) {
    session_.call("echo");
    EXPECT_EQ(bridge_.stop(), clean_exit) << bridge_.log();
}

INSTANTIATE_TEST_SUITE_P(isolation, bytes_pass_untouched, testing::Values("session", "shared"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace test_support
