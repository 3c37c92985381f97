#include "bridge/mcp/era.hpp"

#include <gtest/gtest.h>

#include <string>

#include "bridge/mcp/revision.hpp"

namespace bridge::mcp {
namespace {

constexpr std::string_view meta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","progressToken":1})";

era era_with(const std::string& text, const era_hints& hints) {
    const jsonrpc::read_outcome outcome = jsonrpc::read_envelope(text, 64);
    return era_of(std::get<jsonrpc::envelope>(outcome), hints);
}

std::string request(std::string_view method, std::string_view params = {}) {
    return R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":{)" + std::string(params) + "}}";
}

// All hints that a head can give: the body must decide alone.
constexpr era_hints any_hints[] = {
    {},
    {.protocol_version = "2025-11-25"},
    {.protocol_version = "2026-07-28"},
    {.names_session = true},
    {.protocol_version = "2025-06-18", .names_session = true},
    {.protocol_version = "2026-07-28", .names_session = true},
};

TEST(Era, OfARequestWithAModernEnvelopeIsModern) {
    for (const era_hints& hints : any_hints) {
        EXPECT_EQ(era_with(request("tools/call", meta), hints), era::modern);
        EXPECT_EQ(era_with(request("initialize", meta), hints), era::modern);
        EXPECT_EQ(era_with(request("x/own", R"("_meta":{"io.modelcontextprotocol\u002fprotocolVersion":"1900-01-01"})"), hints), era::modern);
        EXPECT_EQ(era_with(request("x/own", R"("_meta":{"io.modelcontextprotocol/protocolVersion":null})"), hints), era::modern);
    }
}

TEST(Era, OfDiscoveryIsModern) {
    for (const era_hints& hints : any_hints) {
        EXPECT_EQ(era_with(request("server/discover"), hints), era::modern);
        EXPECT_EQ(era_with(R"({"jsonrpc":"2.0","id":1,"method":"server\/discover"})", hints), era::modern);
    }
}

TEST(Era, OfInitializeIsLegacy) {
    for (const era_hints& hints : any_hints) {
        EXPECT_EQ(era_with(request("initialize", R"("protocolVersion":"2026-07-28")"), hints), era::legacy);
    }
}

TEST(Era, OfAnswersIsLegacy) {
    for (const era_hints& hints : any_hints) {
        EXPECT_EQ(era_with(R"({"jsonrpc":"2.0","id":1,"result":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})", hints),
                  era::legacy);
        EXPECT_EQ(era_with(R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}})", hints), era::legacy);
    }
}

// Only `params._meta` of a request has the member; other objects may have any names.
TEST(Era, IsNotFoundInOtherObjects) {
    const std::string member = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")";
    for (const std::string& params : {member, R"("arguments":{"_meta":{)" + member + "}}", R"("_meta":{"x":{)" + member + "}}"}) {
        EXPECT_EQ(era_with(request("tools/call", params), {}), era::legacy) << params;
    }
}

TEST(Era, IsThatOfTheHeaderWhereTheBodySaysNothing) {
    const std::string notification = R"({"jsonrpc":"2.0","method":"notifications/x"})";
    for (const std::string& text : {request("tools/list"), notification}) {
        for (const char* version : {"2026-07-28", "2026-07-29", "2027-01-01"}) {
            EXPECT_EQ(era_with(text, {.protocol_version = version}), era::modern) << version;
            EXPECT_EQ(era_with(text, {.protocol_version = version, .names_session = true}), era::legacy) << version;
        }
        for (const char* version :
             {"", "2024-11-05", "2025-03-26", "2025-11-25", "2026-07-27", "next", "3", "2026-7-28", "2026-07-28 ", "9999/01/01"}) {
            EXPECT_EQ(era_with(text, {.protocol_version = version}), era::legacy) << version;
        }
    }
}

TEST(Era, OfARevisionFollowsFromItsDate) {
    EXPECT_TRUE(is_modern(modern_revision));
    for (const std::string_view each : legacy_revisions) EXPECT_FALSE(is_modern(each)) << each;
}

}  // namespace
}  // namespace bridge::mcp
