#include "bridge/app/remembered_server.hpp"

#include <gtest/gtest.h>

namespace bridge::app {
namespace {

const std::string answer = R"({"protocolVersion":"2025-11-25","capabilities":{"x":1.0},"serverInfo":{"name":"é"}})";
const std::string discovery = R"({"resultType":"complete","supportedVersions":[ "2026-07-28" ],"capabilities":{"x":1.0},"ttlMs":60000})";

TEST(RememberedServer, IsReadAsItWasWritten) {
    for (const server_facts& known : {server_facts{.era = mcp::era::modern, .initialize_result = answer, .discover_result = discovery},
                                      server_facts{.era = mcp::era::legacy, .initialize_result = {}, .discover_result = {}},
                                      server_facts{.era = std::nullopt, .initialize_result = answer, .discover_result = {}}, server_facts{}}) {
        EXPECT_EQ(from_file(to_file(known)), known);
    }
}

TEST(RememberedServer, IsReadFromTheFileOfAnEarlierVersion) {
    const server_facts known{.era = mcp::era::modern, .initialize_result = answer, .discover_result = {}};
    EXPECT_EQ(from_file(R"({"version":1,"era":"modern","initialize":)" + answer + "}\n"), known);
}

TEST(RememberedServer, IsNoneIfTheTextIsDamaged) {
    const std::string whole = to_file({.era = mcp::era::modern, .initialize_result = answer, .discover_result = discovery});
    for (std::size_t length = 0; length + 2 < whole.size(); ++length) EXPECT_EQ(from_file(whole.substr(0, length)), std::nullopt) << length;
    for (const char* text :
         {"null", "[]", "{}", R"({"version":2,"era":"modern"})", R"({"version":1,"era":"odd"})", R"({"version":1,"era":1})",
          R"({"version":1,"initialize":[]})", R"({"version":1,"initialize":{}})", R"({"version":1,"initialize":{"capabilities":{}}})"}) {
        EXPECT_EQ(from_file(text), std::nullopt) << text;
    }
    // The words of `server/discover` are kept beside the answer that was made of them, never alone.
    EXPECT_EQ(from_file(R"({"version":1,"discover":)" + discovery + "}"), std::nullopt);
    for (const char* wrong : {"null", "[]", "{}", R"({"supportedVersions":"2026-07-28"})"}) {
        EXPECT_EQ(from_file(R"({"version":1,"initialize":)" + answer + R"(,"discover":)" + wrong + "}"), std::nullopt) << wrong;
    }
    EXPECT_EQ(from_file(whole + std::string(200'000, ' ')), std::nullopt);
}

}  // namespace
}  // namespace bridge::app
