#include "bridge/app/remembered_server.hpp"

#include <gtest/gtest.h>

namespace bridge::app {
namespace {

const std::string answer = R"({"protocolVersion":"2025-11-25","capabilities":{"x":1.0},"serverInfo":{"name":"é"}})";

TEST(RememberedServer, IsReadAsItWasWritten) {
    for (const server_facts& known :
         {server_facts{.era = mcp::era::modern, .initialize_result = answer}, server_facts{.era = mcp::era::legacy, .initialize_result = {}},
          server_facts{.era = std::nullopt, .initialize_result = answer}, server_facts{}}) {
        EXPECT_EQ(from_file(to_file(known)), known);
    }
}

TEST(RememberedServer, IsNoneIfTheTextIsDamaged) {
    const std::string whole = to_file({.era = mcp::era::modern, .initialize_result = answer});
    for (std::size_t length = 0; length + 2 < whole.size(); ++length) EXPECT_EQ(from_file(whole.substr(0, length)), std::nullopt) << length;
    for (const char* text :
         {"null", "[]", "{}", R"({"version":2,"era":"modern"})", R"({"version":1,"era":"odd"})", R"({"version":1,"era":1})",
          R"({"version":1,"initialize":[]})", R"({"version":1,"initialize":{}})", R"({"version":1,"initialize":{"capabilities":{}}})"}) {
        EXPECT_EQ(from_file(text), std::nullopt) << text;
    }
    EXPECT_EQ(from_file(whole + std::string(200'000, ' ')), std::nullopt);
}

}  // namespace
}  // namespace bridge::app
