#include "bridge/session/untasked_request.hpp"

#include <gtest/gtest.h>

#include "bridge/jsonrpc/known_members.hpp"
#include "tests/unit/session/memory_link.hpp"

namespace bridge::session {
namespace {

std::string call_with(const std::string& params) {
    return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + params + "}";
}

TEST(UntaskedRequest, HasNoTaskAndAllElse) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"task":{"ttl":1},"name":"a"})", R"({"name":"a"})"},
        {R"({"name":"a","task":{"ttl":1}})", R"({"name":"a"})"},
        {R"({"name":"a", "t\u0061sk" : {} , "x":1.0})", R"({"name":"a" , "x":1.0})"},
        {R"({"x":{"task":":"} , "task" : 5 })", R"({"x":{"task":":"} })"},
        {R"({"task":{}})", R"({})"},
    };
    for (const auto& [before, after] : cases) {
        std::string text = call_with(before);
        const untasked_request changed(envelope_of(text), &text, 64);
        EXPECT_EQ(changed.message().params, after);
        EXPECT_TRUE(changed.message().task.empty());
        EXPECT_EQ(changed.text(), nullptr);
        EXPECT_EQ(text, call_with(before)) << "a small text is copied";
    }
}

TEST(UntaskedRequest, KeepsTheProgressTokenInItsPlace) {
    const std::string text = call_with(R"({"task":{},"_meta":{"progressToken":"mine"}})");
    const untasked_request changed(envelope_of(text), nullptr, 64);
    EXPECT_EQ(changed.message().meta_progress_token, R"("mine")");
    std::string sent;
    jsonrpc::append_call(sent, changed.message(), "2", "3");
    EXPECT_EQ(sent, R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"_meta":{"progressToken":3}}})");
}

TEST(UntaskedRequest, LeavesALargeTextWhereItIs) {
    const std::string large(100'000, 'x');
    std::string text = call_with(R"({"task":{},"x":")" + large + R"("})");
    const std::string before = text;
    const untasked_request changed(envelope_of(text), &text, 64);
    EXPECT_EQ(changed.text(), &text);
    EXPECT_EQ(text, before);
    ASSERT_TRUE(changed.message().known);
    ASSERT_EQ(changed.message().known->cuts().size(), 1U);
    EXPECT_EQ(changed.message().known->cuts()[0], R"("task":{},)");
    EXPECT_EQ(changed.message().known->cuts()[0].data(), text.data() + text.find(R"("task")"));
}

TEST(UntaskedRequest, SaysThatItsMembersAreTooMany) {
    std::string params = R"({"task":{})";
    for (std::size_t i = 0; i < jsonrpc::most_members; ++i) params += R"(,"x":1)";
    std::string text = call_with(params + '}');
    EXPECT_TRUE(untasked_request(envelope_of(text), &text, 64).has_too_many_members());
}

}  // namespace
}  // namespace bridge::session
