#include "bridge/jsonrpc/other_params.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::jsonrpc {
namespace {

envelope parsed(const std::string& text) {
    const auto read = read_envelope(text, 64);
    return std::get<envelope>(read);
}

std::string written(const envelope& message) {
    std::string out;
    append_call(out, message, "7", "8");
    return out;
}

TEST(OtherParams, ReplaceThoseOfASmallRequest) {
    std::string text = R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"b":1,"_meta":{"progressToken":"t"}}})";
    envelope message = parsed(text);
    replace_params(text, message, R"({"_meta":{"progressToken":"t"},"c":2.0})", 64);
    EXPECT_EQ(message.params, R"({"_meta":{"progressToken":"t"},"c":2.0})");
    EXPECT_EQ(message.meta_progress_token, R"("t")");
    EXPECT_EQ(written(message), R"({"jsonrpc":"2.0","id":7,"method":"a","params":{"_meta":{"progressToken":8},"c":2.0}})");
}

TEST(PrependedParam, TakesThePlaceOfWhatIsInFrontOfTheParams) {
    const std::pair<std::string, std::string> cases[] = {
        {R"({"b":1,"_meta":{"progressToken":5}})", R"({"task":{},"b":1,"_meta":{"progressToken":8}})"},
        {R"({ "b":1})", R"({"task":{}, "b":1})"},
        {R"({})", R"({"task":{} })"},
        {"{ \t}", "{\"task\":{}  \t}"},
    };
    for (const auto& [before, after] : cases) {
        for (const char* form : {R"({"jsonrpc":"2.0","id":1,"method":"a","params":@})", R"({"params":@,"jsonrpc":"2.0","method":"a","id":1})",
                                 R"({"jsonrpc":"2.0","id":1,"method":"a","p\u0061rams" : @})"}) {
            std::string text = form;
            text.replace(text.find('@'), 1, before);
            envelope message = parsed(text);
            EXPECT_EQ(prepend_param(text, message, R"("task":{})"), R"("task":{})");
            EXPECT_EQ(written(message), R"({"jsonrpc":"2.0","id":7,"method":"a","params":)" + after + '}') << form;
        }
    }
}

TEST(PrependedParam, LeavesALargeTextWhereItIs) {
    std::string text = R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"b":")" + std::string(2 * slice_bytes, 'x') + R"("}})";
    large_envelope reading(text, 64);
    while (!reading.advance()) {
    }
    const read_outcome read = reading.outcome();
    envelope message = std::get<envelope>(read);
    const char* const place = message.params.data();
    prepend_param(text, message, R"("task":{})");
    EXPECT_EQ(message.params.data(), place - 10);
    EXPECT_TRUE(written(message).starts_with(R"({"jsonrpc":"2.0","id":7,"method":"a","params":{"task":{},"b":"xxx)"));
}

}  // namespace
}  // namespace bridge::jsonrpc
