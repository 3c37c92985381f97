#include "bridge/era/client_envelope.hpp"

#include <gtest/gtest.h>

#include "tests/unit/session/memory_link.hpp"

namespace bridge::era {
namespace {

using session::envelope_of;

constexpr std::string_view head =
    R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c"},)"
    R"("io.modelcontextprotocol/clientCapabilities":{"roots":{},"sampling":{"tools":{}}})";

client_envelope made() {
    return client_envelope(
        R"({"protocolVersion":"2025-11-25","capabilities":{"roots":{"listChanged":true},"tasks":{},"sampling":{"tools":{}}},"clientInfo":{"name":"c"}})");
}

// The link's own number is written as #.
std::string wrapped(std::string_view params, std::string_view level = {}) {
    const std::string text = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + std::string(params) + "}";
    spliced_object out;
    EXPECT_TRUE(made().wrap(out, envelope_of(text), level));
    const child::spliced_params all = out.finish();
    return all.before_token.joined() + (all.behind_token ? '#' + all.behind_token->joined() : std::string());
}

TEST(ClientEnvelope, precedes_the_clients_params) {
    EXPECT_EQ(wrapped(R"({ "name" : "t" , "arguments":{"a": 1.0}})"), std::string(head) + R"(},"name" : "t","arguments":{"a": 1.0}})");
    EXPECT_EQ(wrapped("{}"), std::string(head) + "}}");
}

TEST(ClientEnvelope, finds_the_progress_token) {
    EXPECT_EQ(wrapped(R"({"name":"t","_meta":{"a":1,"progressToken" : "x","b":2}})"),
              std::string(head) + R"(,"a":1,"progressToken" : #,"b":2},"name":"t"})");
    EXPECT_EQ(wrapped(R"({"name":"t","_meta":{"progressToken":1}})"), std::string(head) + R"(,"progressToken":#},"name":"t"})");
}

TEST(ClientEnvelope, keeps_what_only_the_bridge_may_write_to_itself) {
    EXPECT_EQ(wrapped(R"({"inputResponses":{},"requestState":"s","task":{},"_meta":{"io.modelcontextprotocol\/clientInfo":{},)"
                      R"("IO.modelcontextprotocol/clientinfo":{},"v":1}})"),
              std::string(head) + R"(,"v":1}})");
    EXPECT_EQ(wrapped("{}", R"("error")"), std::string(head) + R"(,"io.modelcontextprotocol/logLevel":"error"}})");
}

TEST(ClientEnvelope, has_capabilities_even_if_the_client_declared_none) {
    EXPECT_EQ(client_envelope("{}").wrap(R"("x":1)"),
              R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"x":1})");
}

TEST(ClientEnvelope, passes_extensions_but_the_one_with_tasks) {
    EXPECT_NE(client_envelope(R"({"capabilities":{"extensions":{"io.modelcontextprotocol/tasks":{},"io.modelcontextprotocol/ui":{"m":[1.0]}}}})")
                  .wrap()
                  .find(R"("io.modelcontextprotocol/clientCapabilities":{"extensions":{"io.modelcontextprotocol/ui":{"m":[1.0]}}}})"),
              std::string::npos);
}

}  // namespace
}  // namespace bridge::era
