#include "bridge/jsonrpc/writer.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace bridge::jsonrpc {
namespace {

envelope read(std::string_view text) {
    auto outcome = read_envelope(text, 256);
    const auto* message = std::get_if<envelope>(&outcome);
    if (message == nullptr) ADD_FAILURE() << text << ": " << std::get<read_error>(outcome).text;
    return message == nullptr ? envelope{} : *message;
}

TEST(Writer, ReplacesTheIdAndTheTokenAndNothingElse) {
    std::string out;
    append_call(
        out,
        read(R"({"x":1,"id":"c","method":"tools/call","params":{"a":1e400,"_meta":{"progressToken":"t","v":1.0},"b":"\ud800"},"jsonrpc":"2.0"})"),
        "7", "7");
    EXPECT_EQ(out, R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"a":1e400,"_meta":{"progressToken":7,"v":1.0},"b":"\ud800"}})");
}

TEST(Writer, FindsTheIdInFrontOfAnAnswer) {
    for (const std::string id : {"7", R"("a\"b")", "null", "-12"}) {
        std::string answer;
        append_error(answer, id, -1, "text");
        EXPECT_EQ(answer_id(answer), id);
    }
    EXPECT_EQ(answer_id(""), "null");
    EXPECT_EQ(answer_id(R"({"id":1,"jsonrpc":"2.0"})"), "null");
}

TEST(Writer, LeavesAMessageWithoutATokenWithoutOne) {
    std::string out;
    append_call(out, read(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"), "7", "7");
    EXPECT_EQ(out, R"({"jsonrpc":"2.0","id":7,"method":"ping"})");
}

TEST(Writer, PutsAMessageOnOneLine) {
    std::string out;
    append_call(out, read("{\n\"jsonrpc\":\"2.0\",\r\n\"id\":1,\"method\":\"a\",\"params\":{\n  \"x\" : \"\\n\",\r\n\t\"y\":[\n]}}"), "2", "2");
    EXPECT_EQ(out, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"a\",\"params\":{   \"x\" : \"\\n\",  \t\"y\":[ ]}}");
}

TEST(Writer, GivesAnswersTheClientsId) {
    std::string out;
    append_answer(out, read(R"({"result":{"a":9007199254740993,"a":1},"jsonrpc":"2.0","id":7})"), R"("c\u0031")");
    EXPECT_EQ(out, R"({"jsonrpc":"2.0","id":"c\u0031","result":{"a":9007199254740993,"a":1}})");
    out.clear();
    append_answer(out, read(R"({"error":{"code":-1,"message":"m","data":-0},"jsonrpc":"2.0","id":7})"), "0");
    EXPECT_EQ(out, R"({"jsonrpc":"2.0","id":0,"error":{"code":-1,"message":"m","data":-0}})");
}

TEST(Writer, ReplacesTheTargetOfANotification) {
    const envelope message = read(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"progressToken":12,"m":12}})");
    std::string out;
    append_notification(out, message, message.progress_token, R"("mine")");
    EXPECT_EQ(out, R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"progressToken":"mine","m":12}})");
}

TEST(Writer, WritesErrorsThatAnyParserReads) {
    std::string out;
    append_error(out, "\"x\"", -32603, "quote \" backslash \\ newline \n tab \t bell \x07 bad \xFF end");
    const auto parsed = nlohmann::json::parse(out);
    EXPECT_EQ(parsed["id"], "x");
    EXPECT_EQ(parsed["error"]["code"], -32603);
    EXPECT_EQ(parsed["error"]["message"], "quote \" backslash \\ newline \n tab \t bell \x07 bad \xEF\xBF\xBD end");
}

// A random JSON value in every spelling that the grammar allows.
class spelling {
public:
    explicit spelling(unsigned seed) : random_(seed) {}

    std::string value(int depth) {
        switch (below(depth > 0 ? 9 : 6)) {
            case 0: return pick({"0", "-0", "1.0", "1e400", "-1E+2", "9007199254740993", "0.1000", "123456789012345678901"});
            case 1: return pick({"true", "false", "null"});
            case 2:
            case 3:
            case 4:
            case 5: return string();
            case 6: return sequence('[', ']', [&] { return value(depth - 1); });
            default: return sequence('{', '}', [&] { return string() + space() + ":" + space() + value(depth - 1); });
        }
    }

private:
    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
    std::string pick(std::initializer_list<const char*> choices) { return *(choices.begin() + below(choices.size())); }
    std::string space() { return pick({"", "", " ", "\t", "  "}); }
    std::string string() {
        std::string out = "\"";
        for (std::size_t i = below(6); i > 0; --i) {
            out += pick({"a", "key", "\\\"", "\\\\", "\\/", "\\u2028", "\xE2\x80\xA8", "\xF0\x9F\x98\x80", "\\ud800", "\\n", "\xC3\xA9", "_meta",
                         "progressToken", "\x7F"});
        }
        return out + "\"";
    }
    template <class Element>
    std::string sequence(char open, char close, Element element) {
        std::string out(1, open);
        const std::size_t count = below(4);
        for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + space() + element() + space();
        return out + close;
    }

    std::mt19937 random_;
};

TEST(Writer, PassesRandomParamsAndResultsByteForByte) {
    spelling random(7);
    for (int round = 0; round < 5000; ++round) {
        const std::string contents = random.value(5);
        const std::string params = R"({"arguments":)" + contents + R"(,"x":)" + random.value(2) + "}";
        std::string out;
        append_call(out, read(R"({"params":)" + params + R"(,"jsonrpc":"2.0","id":3,"method":"m"})"), "1", "1");
        ASSERT_EQ(out, R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + params + "}");
        out.clear();
        append_answer(out, read(R"({"jsonrpc":"2.0","id":1,"result":)" + contents + "}"), "3");
        ASSERT_EQ(out, R"({"jsonrpc":"2.0","id":3,"result":)" + contents + "}");
    }
}

}  // namespace
}  // namespace bridge::jsonrpc
