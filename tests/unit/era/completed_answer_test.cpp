#include "bridge/era/completed_answer.hpp"

#include <gtest/gtest.h>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

constexpr std::string_view head = R"({"jsonrpc":"2.0","id":1,"result":)";

std::string completed(std::string_view result, const completion& wanted) {
    std::string text = std::string(head) + std::string(result) + std::string(jsonrpc::answer_tail);
    jsonrpc::envelope answer;
    answer.kind = jsonrpc::message_kind::result;
    answer.result = result;
    complete_result(text, answer, wanted);
    EXPECT_TRUE(text.starts_with(head));
    EXPECT_TRUE(text.ends_with("}}"));
    return text.substr(head.size(), text.size() - head.size() - 1);
}

std::string completed_error(std::string_view error) {
    constexpr std::string_view error_head = R"({"jsonrpc":"2.0","id":1,"error":)";
    std::string text = std::string(error_head) + std::string(error) + std::string(jsonrpc::answer_tail);
    jsonrpc::envelope answer;
    answer.kind = jsonrpc::message_kind::error;
    answer.error = error;
    complete_error(text, answer);
    return text.substr(error_head.size(), text.size() - error_head.size() - 1);
}

std::string with_type(std::string_view result) {
    std::string text = std::string(head) + std::string(result) + std::string(jsonrpc::answer_tail);
    jsonrpc::envelope answer;
    answer.kind = jsonrpc::message_kind::result;
    answer.result = result;
    add_result_type(text, answer);
    return text.substr(head.size(), text.size() - head.size() - 1);
}

TEST(CompletedAnswer, GetsATypeIfItHasNone) {
    EXPECT_EQ(with_type(R"({"ttlMs":5,"tools":[] })"), R"({"ttlMs":5,"tools":[] ,"resultType":"complete"})");
    EXPECT_EQ(with_type("{ }"), R"({ "resultType":"complete"})");
    for (const char* passes : {R"({"resultType":"complete"})", R"({"resultType" : "input_required","inputRequests":{}})",
                               R"({"a":1,"resultType":"task"})", R"({"result\u0054ype":"x"})", "[]", "1"}) {
        EXPECT_EQ(with_type(passes), passes);
    }
    EXPECT_EQ(with_type(R"({"text":"\"resultType\""})"), R"({"text":"\"resultType\"","resultType":"complete"})");
}

TEST(CompletedAnswer, GetsWhatTheRevisionRequires) {
    EXPECT_EQ(completed(R"({"content":[]})", {}), R"({"content":[],"resultType":"complete"})");
    EXPECT_EQ(completed("{}", {}), R"({"resultType":"complete"})");
    EXPECT_EQ(completed("{ }", {.is_cacheable = true}), R"({ "resultType":"complete","ttlMs":0,"cacheScope":"private"})");
}

TEST(CompletedAnswer, KeepsHintsOfTheServerThatAreValid) {
    EXPECT_EQ(completed(R"({"ttlMs":5,"cacheScope":"public"})", {.is_cacheable = true}),
              R"({"ttlMs":5,"cacheScope":"public","resultType":"complete"})");
    EXPECT_EQ(completed(R"({"ttlMs":-5,"cacheScope":1,"tools":[]})", {.is_cacheable = true}),
              R"({"ttlMs":0,"cacheScope":"private","tools":[],"resultType":"complete"})");
    EXPECT_EQ(completed(R"({"ttlMs":-5})", {}), R"({"ttlMs":-5,"resultType":"complete"})");
}

TEST(CompletedAnswer, ReplacesEachOfManyHints) {
    EXPECT_EQ(completed(R"({"resultType":"x","a":"b","resultType":"a longer one" ,"resultType":1,"_meta":{}})", {.server_info = R"({"name":"s"})"}),
              R"({"resultType":"complete","a":"b","resultType":"complete" ,"resultType":"complete",)"
              R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}})");
    EXPECT_EQ(completed(R"({"ttlMs":"x","cacheScope":1,"ttlMs":-1,"resultType":"complete"})", {.is_cacheable = true}),
              R"({"ttlMs":0,"cacheScope":"private","ttlMs":0,"resultType":"complete"})");
}

TEST(CompletedAnswer, ReplacesAnotherResultType) {
    EXPECT_EQ(completed(R"({"resultType":{"a":1},"b":2})", {}), R"({"resultType":"complete","b":2})");
}

TEST(CompletedAnswer, NamesTheServer) {
    const completion named{.server_info = R"({"name":"s"})"};
    const std::string info = R"("io.modelcontextprotocol/serverInfo":{"name":"s"})";
    EXPECT_EQ(completed("{}", named), R"({"resultType":"complete","_meta":{)" + info + "}}");
    EXPECT_EQ(completed(R"({"_meta":{"a":1}})", named), R"({"_meta":{)" + info + R"(,"a":1},"resultType":"complete"})");
    EXPECT_EQ(completed(R"({"_meta":{}})", named), R"({"_meta":{)" + info + R"(},"resultType":"complete"})");
    EXPECT_EQ(completed(R"({"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"t"}}})", named),
              R"({"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"t"}},"resultType":"complete"})");
}

TEST(CompletedAnswer, ReplacesCodesThatMeanAnotherThing) {
    EXPECT_EQ(completed_error(R"({"code":-32002,"message":"m"})"), R"({"code":-32602,"message":"m"})");
    EXPECT_EQ(completed_error(R"({"code":-32022,"message":"m"})"), R"({"code":-32603,"message":"m","data":{"originalCode":-32022}})");
    EXPECT_EQ(completed_error(R"({"code":-32022,"message":"m","data":1})"), R"({"code":-32603,"message":"m","data":1})");
    EXPECT_EQ(completed_error(R"({"code":5,"message":"m"})"), R"({"code":5,"message":"m"})");
    EXPECT_EQ(completed_error(R"({"message":"m"})"), R"({"message":"m"})");
}

TEST(CompletedAnswer, IsCacheableForListsAndReads) {
    EXPECT_TRUE(has_cacheable_result(R"("tools/list")"));
    EXPECT_TRUE(has_cacheable_result(R"("resources/read")"));
    EXPECT_FALSE(has_cacheable_result(R"("tools/call")"));
}

}  // namespace
}  // namespace bridge::era
