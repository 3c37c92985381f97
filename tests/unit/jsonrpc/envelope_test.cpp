#include "bridge/jsonrpc/envelope.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bridge::jsonrpc {
namespace {

using core::errc;

envelope read(std::string_view text) {
    const auto outcome = read_envelope(text, 64);
    if (const auto* error = std::get_if<read_error>(&outcome)) {
        ADD_FAILURE() << text << ": " << error->text;
        return {};
    }
    return std::get<envelope>(outcome);
}

read_error refused(std::string_view text) {
    auto outcome = read_envelope(text, 64);
    if (std::holds_alternative<envelope>(outcome)) {
        ADD_FAILURE() << text << " was taken";
        return {};
    }
    return std::get<read_error>(std::move(outcome));
}

TEST(Envelope, ReadsARequestInAnyOrderOfMembers) {
    const envelope message =
        read(R"( {"params":{"_meta":{"x":1,"progressToken":"t1"},"arguments":{"id":9}},"method":"tools/call","x":0,"id":"a\"b","jsonrpc":"2.0"} )");
    EXPECT_EQ(message.kind, message_kind::request);
    EXPECT_EQ(message.id, R"("a\"b")");
    EXPECT_EQ(message.method, R"("tools/call")");
    EXPECT_EQ(message.params, R"({"_meta":{"x":1,"progressToken":"t1"},"arguments":{"id":9}})");
    EXPECT_EQ(message.meta, R"({"x":1,"progressToken":"t1"})");
    EXPECT_EQ(message.meta_progress_token, R"("t1")");
    EXPECT_TRUE(message.progress_token.empty());
    EXPECT_FALSE(message.has_line_breaks);
}

TEST(Envelope, ReadsTheOtherKinds) {
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").kind, message_kind::notification);
    const envelope progress = read(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}})");
    EXPECT_EQ(progress.progress_token, "7");
    const envelope cancelled = read(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"reason":"x","requestId":"r"}})");
    EXPECT_EQ(cancelled.request_id, R"("r")");
    const envelope result = read(R"({"result":{"a":[1]},"jsonrpc":"2.0","id":5})");
    EXPECT_EQ(result.kind, message_kind::result);
    EXPECT_EQ(result.result, R"({"a":[1]})");
    const envelope error = read(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}})");
    EXPECT_EQ(error.kind, message_kind::error);
    EXPECT_EQ(error.id, "null");
}

TEST(Envelope, TakesEveryIdThatJsonRpcAllows) {
    for (const char* id : {"0", "-1", "\"\"", "\"x\"", "9007199254740993", "123456789012345678901234567890", "1.0", "1e0", "-0.0"}) {
        EXPECT_EQ(read(std::string(R"({"jsonrpc":"2.0","method":"ping","id":)") + id + "}").id, id);
    }
    for (const char* id : {"null", "1.5", "1e-1", "{}", "[]", "true"}) {
        const read_error error = refused(std::string(R"({"jsonrpc":"2.0","method":"ping","id":)") + id + "}");
        EXPECT_EQ(error.code, errc::not_json_rpc) << id;
        EXPECT_TRUE(error.id.empty()) << id;
    }
}

TEST(Envelope, KnowsTheMembersOfTheParamsThatTheModernEraHas) {
    const std::string text = R"({"params": {"arguments":{"a":1},"_meta":{"io.modelcontextprotocol/logLevel":"info",)"
                             R"("io.modelcontextprotocol/clientCapabilities":{}},"name":"t","requestState":"s","inputResponses":{"q":{}}},)"
                             R"("jsonrpc":"2.0","id":1,"method":"tools/call"})";
    const auto outcome = read_envelope(text, 64);
    const auto& message = std::get<envelope>(outcome);
    const std::string moved(message.params);
    EXPECT_EQ(message.arguments.in(moved), R"({"a":1})");
    EXPECT_EQ(message.log_level.in(moved), R"("info")");
    EXPECT_EQ(message.client_capabilities.in(moved), "{}");
    EXPECT_EQ(message.name.in(moved), R"("t")");
    EXPECT_EQ(message.request_state.in(moved), R"("s")");
    EXPECT_EQ(message.input_responses.in(moved), R"({"q":{}})");
    EXPECT_EQ(message.uri.in(moved), "");
}

TEST(Envelope, TakesNullParamsAsAbsent) {
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","method":"ping","id":1,"params":null})").params, "");
}

TEST(Envelope, RefusesWhatIsNoMessageAndKeepsItsId) {
    for (const char* text :
         {R"({"id":1,"method":"ping"})", R"({"id":1,"result":{}})", R"({"jsonrpc":"1.0","id":1,"method":"ping"})",
          R"({"jsonrpc":2.0,"id":1,"method":"ping"})", R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"method":5})",
          R"({"jsonrpc":"2.0","id":1,"method":"a","params":[1]})", R"({"jsonrpc":"2.0","id":1,"method":"a","params":"x"})",
          R"({"jsonrpc":"2.0","id":1,"result":1,"error":{}})", R"({"jsonrpc":"2.0","id":1,"method":"a","result":1})",
          R"({"jsonrpc":"2.0","id":1,"error":"x"})", R"({"jsonrpc":"2.0","id":1,"error":null})", R"({"jsonrpc":"2.0","id":1,"method":null})",
          R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":1.5}}})",
          R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":true}}})"}) {
        const read_error error = refused(text);
        EXPECT_EQ(error.code, errc::not_json_rpc) << text;
        EXPECT_EQ(error.id, "1") << text;
        EXPECT_FALSE(error.text.empty()) << text;
    }
    EXPECT_EQ(refused("5").code, errc::not_json_rpc);
    EXPECT_EQ(refused("\"x\"").code, errc::not_json_rpc);
}

// Were one of two equal members checked and the other one believed, a client could name another client's request.
TEST(Envelope, RefusesRepeatedMembersHoweverTheyAreSpelled) {
    for (const char* text : {R"({"jsonrpc":"2.0","id":1,"id":2,"method":"a"})", R"({"jsonrpc":"2.0","id":1,"\u0069d":2,"method":"a"})",
                             R"({"jsonrpc":"2.0","id":1,"method":"a","method":"b"})", R"({"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"a"})",
                             R"({"jsonrpc":"2.0","id":1,"method":"a","params":{},"params":{}})",
                             R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{},"_m\u0065ta":{"progressToken":1}}})",
                             R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":1,"progressT\u006fken":2}}})",
                             R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"requestId":2}})",
                             R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progressToken":2}})",
                             R"({"jsonrpc":"2.0","id":1,"result":1,"result":2})"}) {
        EXPECT_EQ(refused(text).code, errc::ambiguous_names) << text;
    }
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"x":1,"x":2,"_meta":{"y":1,"y":2}}})").id, "1");
}

TEST(Envelope, SaysWhatIsWrongWithBrokenText) {
    EXPECT_EQ(refused(R"({"jsonrpc":"2.0","id":1,)").code, errc::invalid_json);
    EXPECT_EQ(refused("").code, errc::invalid_json);
    EXPECT_EQ(refused(R"({"jsonrpc":"2.0"} x)").code, errc::invalid_json);
    EXPECT_EQ(refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xFF\"}").code, errc::invalid_utf8);
    const std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"x":)" + std::string(100, '[');
    EXPECT_EQ(refused(deep).code, errc::too_deep);
    EXPECT_NE(refused("{\"a\":tru}").text.find("byte 5"), std::string::npos);
}

TEST(Envelope, KnowsABatch) {
    EXPECT_TRUE(refused(R"([{"jsonrpc":"2.0","id":1,"method":"a"}])").is_batch);
    EXPECT_TRUE(refused("[]").is_batch);
    EXPECT_FALSE(refused("{}").is_batch);
    EXPECT_FALSE(refused("[1,").is_batch);
}

TEST(Envelope, ComparesMethodsWhateverTheirSpelling) {
    EXPECT_TRUE(read(R"({"jsonrpc":"2.0","method":"p\u0069ng","id":1})").is_method("ping"));
    EXPECT_FALSE(read(R"({"jsonrpc":"2.0","method":"pings","id":1})").is_method("ping"));
    EXPECT_FALSE(read(R"({"jsonrpc":"2.0","result":1,"id":1})").is_method("ping"));
}

TEST(Envelope, TakesMembersThatAreNullAsAbsentWhereOthersSayMore) {
    const envelope result = read(R"({"jsonrpc":"2.0","id":1,"method":null,"params":null,"result":{},"error":null})");
    EXPECT_EQ(result.kind, message_kind::result);
    EXPECT_EQ(result.result, "{}");
    EXPECT_EQ(result.error, "");
    const envelope error = read(R"({"jsonrpc":"2.0","id":1,"error":{},"result":null})");
    EXPECT_EQ(error.kind, message_kind::error);
    EXPECT_EQ(error.result, "");
    const envelope both = read(R"({"jsonrpc":"2.0","id":1,"result":null,"error":null})");
    EXPECT_EQ(both.kind, message_kind::result);
    EXPECT_EQ(both.result, "null");
    const envelope request = read(R"({"jsonrpc":"2.0","id":1,"method":"a","result":null,"error":null,"params":{"_meta":{"progressToken":null}}})");
    EXPECT_EQ(request.kind, message_kind::request);
    EXPECT_EQ(request.meta_progress_token, "");
    EXPECT_EQ(request.params, R"({"_meta":{"progressToken":null}})") << "its bytes stay as they are";
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":1.0}}})").meta_progress_token, "1.0");
}

TEST(Envelope, TakesAnswersWithoutAVersionWhereTheRuleAllowsIt) {
    const auto tolerant = [](std::string_view text) { return read_envelope(text, 64, version_rule::optional_in_answers); };
    for (const char* text : {R"({"id":1,"result":{}})", R"({"id":1,"error":{}})"}) {
        const read_outcome outcome = tolerant(text);
        ASSERT_TRUE(std::holds_alternative<envelope>(outcome)) << text;
        EXPECT_TRUE(std::get<envelope>(outcome).lacks_version) << text;
        EXPECT_EQ(refused(text).text, "\"jsonrpc\" is missing") << text;
    }
    EXPECT_FALSE(std::get<envelope>(tolerant(R"({"jsonrpc":"2.0","id":1,"result":{}})")).lacks_version);
    // The second text could be a line of a log.
    for (const char* text : {R"({"jsonrpc":"1.0","id":1,"result":{}})", R"({"level":"info","id":1,"method":"tools/call"})"}) {
        EXPECT_TRUE(std::holds_alternative<read_error>(tolerant(text))) << text;
    }
}

TEST(Envelope, SaysOfARefusedMessageWhatItWasMeantToBe) {
    const auto expect = [](const char* text, const char* id, const char* other, bool is_answer, bool is_call) {
        const read_error fault = refused(text);
        EXPECT_EQ(fault.id, id) << text;
        EXPECT_EQ(fault.other_id, other) << text;
        EXPECT_EQ(fault.is_answer, is_answer) << text;
        EXPECT_EQ(fault.is_call, is_call) << text;
    };
    expect(R"({"jsonrpc":"2.0","id":1,"error":"x"})", "1", "", true, false);
    expect(R"({"jsonrpc":"2.0","id":1})", "1", "", true, false);
    expect(R"({"id":1,"error":"x"})", "1", "", true, false);
    expect(R"({"id":1,"message":"a line of a log"})", "1", "", false, false);
    expect(R"({"id":1,"method":"GET"})", "1", "", false, false);
    expect(R"({"jsonrpc":"2.0","id":1,"method":"m","params":[]})", "1", "", false, true);
    expect(R"({"jsonrpc":"2.0","id":1,"id":1,"result":1})", "1", "", true, false);
    expect(R"({"jsonrpc":"2.0","id":1,"id":2,"result":1})", "1", "2", true, false);
    expect(R"({"jsonrpc":"2.0","ID":2,"id":1,"result":1})", "1", "2", true, false);
    expect(R"({"jsonrpc":"2.0","ID":2,"result":1})", "", "2", true, false);
    expect(R"({"jsonrpc":"2.0","id":1,"ID":2,"Id":3,"result":1})", "1", "3", false, false);
}

}  // namespace
}  // namespace bridge::jsonrpc
