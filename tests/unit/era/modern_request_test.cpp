#include "bridge/era/modern_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {
namespace {

const std::string envelope_members =
    R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"sampling":{}})";

class ModernRequest : public testing::Test {
protected:
    /// Reads a `tools/call` of the tool "t", whose params also have `more`, with the members `meta` in `_meta`.
    core::result<modern_request, request_fault> read(const std::string& meta, const std::string& more = {}) {
        text_ = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t")" + more + R"(,"_meta":{)" + meta + "}}}";
        auto outcome = jsonrpc::read_envelope(text_, 64);
        message_ = std::get<jsonrpc::envelope>(outcome);
        return modern_request::read(message_, headers_);
    }
    int code_of(const std::string& meta, const std::string& more = {}) {
        const auto read_request = read(meta, more);
        return read_request ? 0 : read_request.error().code;
    }
    /// The params that a child of the legacy era gets.
    std::string legacy_params(const std::string& meta, const std::string& more = {}) {
        const auto read_request = read(meta, more);
        EXPECT_TRUE(read_request);
        make_legacy(text_, message_, 64);
        return std::string(message_.params);
    }

    mirrored_headers headers_{.protocol_version = "2026-07-28", .method = "tools/call", .name = "t"};
    std::string text_;
    jsonrpc::envelope message_;
};

TEST_F(ModernRequest, HasCapabilitiesAndALevel) {
    const auto request = read(envelope_members + R"(,"io.modelcontextprotocol/logLevel":"warning")");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->capabilities, R"({"sampling":{}})");
    EXPECT_EQ(request->log_level, mcp::log_level::warning);
    EXPECT_EQ(read(envelope_members)->log_level, std::nullopt);
}

// A list of them would take several times the memory of the request.
TEST_F(ModernRequest, HasFewMembers) {
    std::string many;
    for (std::size_t i = 0; i < jsonrpc::most_members; ++i) many += ",\"m\":0";
    EXPECT_EQ(code_of(envelope_members, many), -32602);
    EXPECT_EQ(code_of(envelope_members + many), -32602);
    EXPECT_EQ(code_of(envelope_members, R"(,"arguments":{"a":0)" + many + "}"), 0);
}

TEST_F(ModernRequest, IsRefusedWithTheCodeForItsFault) {
    EXPECT_EQ(code_of(envelope_members), 0);
    EXPECT_EQ(code_of(R"("a":1)"), -32602);
    EXPECT_EQ(code_of(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")"), -32602);
    EXPECT_EQ(code_of(envelope_members + R"(,"io.modelcontextprotocol/logLevel":1)"), -32602);
    headers_.protocol_version = "2031-01-01";
    EXPECT_EQ(code_of(envelope_members), -32020);
    EXPECT_EQ(code_of(R"("io.modelcontextprotocol/protocolVersion":"2031-01-01")"), -32022);
    headers_.protocol_version = {};
    EXPECT_EQ(code_of(envelope_members), -32020);
    headers_.protocol_version = "2026-07-28";
    headers_.method = "tools/Call";
    EXPECT_EQ(code_of(envelope_members), -32020);
    headers_.method = "=?base64?dG9vbHMvY2FsbA==?=";
    EXPECT_EQ(code_of(envelope_members), 0);
    headers_.name.reset();
    EXPECT_EQ(code_of(envelope_members), -32020);
}

TEST_F(ModernRequest, LosesItsEnvelopeForAChildOfTheLegacyEra) {
    EXPECT_EQ(legacy_params(envelope_members), R"({"name":"t"})");
    EXPECT_EQ(legacy_params(envelope_members + R"(,"progressToken":3)"), R"({"name":"t","_meta":{"progressToken":3}})");
    EXPECT_EQ(message_.meta_progress_token, "3");
    EXPECT_EQ(message_.meta_revision, "");
    EXPECT_EQ(legacy_params(envelope_members, R"(,"inputResponses":{"a":{}},"requestState":"s","task":{},"arguments":{"task":1.0})"),
              R"({"name":"t","arguments":{"task":1.0}})");
}

TEST_F(ModernRequest, NamesWhatTheChildDoesNotGetWhereItIsLarge) {
    const std::string large(jsonrpc::slice_bytes, 'x');
    const std::string params = legacy_params(envelope_members, R"(,"requestState":"s","arguments":")" + large + '"');
    ASSERT_TRUE(message_.known);
    EXPECT_EQ(jsonrpc::without_cuts(message_.params, message_.known->cuts()), R"({"name":"t","arguments":")" + large + R"("})");
    EXPECT_EQ(message_.params, params);
}

TEST(RemovedMethods, AreThoseOfTheSpecificationOnly) {
    for (const char* removed : {R"("initialize")", R"("ping")", R"("logging/setLevel")", R"("tasks/list")", R"("resources\/subscribe")"}) {
        EXPECT_TRUE(is_removed(removed)) << removed;
    }
    for (const char* known : {R"("skills/list")", R"("resources/directory/read")", R"("tools/list")", R"("events/poll")"}) {
        EXPECT_FALSE(is_removed(known)) << known;
    }
}

TEST(RequestFault, HasTheStatusOfItsCode) {
    EXPECT_EQ((request_fault{.code = -32602}).status(), 400U);
    EXPECT_EQ((request_fault{.code = -32602, .is_in_envelope = false}).status(), 200U);
    EXPECT_EQ((request_fault{.code = -32601, .is_in_envelope = false}).status(), 404U);
    EXPECT_EQ((request_fault{.code = -32020, .text = "t", .data = "[1]"}).response("7"),
              R"({"jsonrpc":"2.0","id":7,"error":{"code":-32020,"message":"t","data":[1]}})");
}

}  // namespace
}  // namespace bridge::era
