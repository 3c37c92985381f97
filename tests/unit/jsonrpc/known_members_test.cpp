#include "bridge/jsonrpc/known_members.hpp"

#include <gtest/gtest.h>

#include "bridge/core/steps.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"

namespace bridge::jsonrpc {
namespace {

const std::string filler = R"("filler":")" + std::string(slice_bytes, 'x') + R"(",)";

std::string repeated(std::string_view member, std::size_t count) {
    std::string out(member);
    for (std::size_t i = 1; i < count; ++i) out += "," + std::string(member);
    return out;
}

// `text` must outlive the envelope.
envelope read(const std::string& text) {
    large_envelope reading(text, deepest_nesting);
    while (!reading.advance(1000)) continue;
    const read_outcome outcome = reading.outcome();
    EXPECT_TRUE(std::holds_alternative<envelope>(outcome)) << text.substr(0, 200);
    return std::get<envelope>(outcome);
}

std::string request(std::string_view params) {
    return "{" + filler + R"("jsonrpc":"2.0","id":1,"method":"m","params":)" + std::string(params) + "}";
}

bool is_known(const envelope& message, std::string_view object) {
    std::optional<std::vector<member>> ignored;
    return message.known->find(object, ignored);
}

TEST(KnownMembers, AreThoseOfTheObjectsThatTheBridgeLooksInto) {
    const std::string text =
        request(R"({"a":{"b":1},"_meta":{"c":{"d":2}},"arguments":{"e":[{"_meta":{}}],"f":3},"inputResponses":{"q":{"g":4}},"a":5})");
    const envelope message = read(text);
    for (const std::string_view name : {"_meta", "arguments", "inputResponses"}) {
        EXPECT_TRUE(is_known(message, find_member(message.params, name))) << name;
    }
    EXPECT_TRUE(is_known(message, message.params));
    EXPECT_FALSE(is_known(message, find_member(find_member(message.params, "_meta"), "c")));
    EXPECT_FALSE(is_known(message, find_member(find_member(message.params, "inputResponses"), "q")));
    EXPECT_EQ(find_member(message, message.params, "a"), "5");
    EXPECT_EQ(find_member(message, find_member(message.params, "arguments"), "f"), "3");
    EXPECT_EQ(few_members_of(message, message.params)->size(), 5U);
    EXPECT_EQ(few_members_of(message, message.meta)->at(0).text(), R"("c":{"d":2})");
}

TEST(Members, OfTwoObjectsAreFoundInOneWalk) {
    const auto read = [](const std::string& text, const std::string& inner) {
        const std::size_t at = text.find(inner);
        return few_members_of(std::string_view(text), inner.empty() ? std::string_view() : std::string_view(text).substr(at, inner.size()));
    };
    const std::string inner = R"({"c":{"d":2},"e":[]})";
    const std::string text = R"({"a":{"b":{}}, "_meta" : )" + inner + R"(,"f":1})";
    const nested_members both = read(text, inner);
    ASSERT_TRUE(both.outer && both.inner);
    ASSERT_EQ(both.outer->size(), 3U);
    EXPECT_EQ(both.outer->at(1).value, inner);
    EXPECT_EQ(both.outer->at(2).text(), R"("f":1)");
    ASSERT_EQ(both.inner->size(), 2U);
    EXPECT_EQ(both.inner->at(0).text(), R"("c":{"d":2})");
    EXPECT_EQ(read(R"({"a":1})", "").outer->size(), 1U);
    EXPECT_TRUE(read(R"({"_meta":[1]})", "[1]").inner->empty());
    EXPECT_TRUE(read("{}", "").outer->empty());
    const std::string many = "{" + repeated(R"("x":0)", most_members + 1) + "}";
    EXPECT_FALSE(read(R"({"_meta":)" + many + "}", many).inner);
    EXPECT_EQ(read(R"({"_meta":)" + many + R"(,"a":1})", many).outer->size(), 2U);
    EXPECT_FALSE(read(many, "").outer);
}

TEST(KnownMembers, AreThoseOfTheQuestionsOfAServer) {
    const std::string text =
        "{" + filler + R"("jsonrpc":"2.0","id":1,"result":{"_meta":{"x":1},"inputRequests":{"q":{"method":"m","params":{"mode":"url"}},"r":{}}}})";
    const envelope message = read(text);
    const std::string_view requests = find_member(message, message.result, "inputRequests");
    const std::string_view question = find_member(message, requests, "q");
    EXPECT_EQ(find_member(message, find_member(message.result, "_meta"), "x"), "1");
    EXPECT_TRUE(is_known(message, question));
    EXPECT_TRUE(is_known(message, find_member(question, "params")));
    EXPECT_EQ(find_member(message, find_member(question, "params"), "mode"), R"("url")");
    EXPECT_TRUE(is_known(message, find_member(requests, "r")));
}

TEST(KnownMembers, OfAnObjectInAnArrayAreNone) {
    const std::string text = request(R"({"arguments":[{"_meta":{"a":1}},{"params":{"b":1}}],"c":{}})");
    const envelope message = read(text);
    EXPECT_EQ(few_members_of(message, message.params)->size(), 2U);
    EXPECT_FALSE(is_known(message, find_member(message.params, "c")));
}

TEST(KnownMembers, AreNotListedIfThereAreTooMany) {
    const std::string text = request("{" + repeated(R"("a":1)", most_members) + R"(,"_meta":{)" + repeated(R"("b":2)", most_members) + "}}");
    const envelope message = read(text);
    EXPECT_FALSE(few_members_of(message, message.params));
    EXPECT_EQ(find_member(message, message.params, "a"), "");
    EXPECT_EQ(few_members_of(message, message.meta)->size(), most_members);
}

TEST(KnownMembers, OfAllObjectsTogetherAreBounded) {
    std::string questions;
    for (int i = 0; i < 64; ++i) questions += std::string(i == 0 ? "" : ",") + R"("q":{)" + repeated(R"("a":1)", most_members) + "}";
    const std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"inputRequests":{)" + questions + "}}}";
    EXPECT_LE(read(text).known->cost(), 8 * known_members::most_in_all * sizeof(member));
}

// As in a short request, each of its objects may have that many.
TEST(KnownMembers, OfEachObjectOfARequestMayBeMost) {
    const std::string many = "{" + repeated(R"("a":1)", most_members) + "}";
    std::string params = R"("_meta":)" + many + R"(,"arguments":)" + many + R"(,"inputResponses":)" + many + R"(,"notifications":)" + many;
    for (std::size_t i = 4; i < most_members; ++i) params += R"(,"b":1)";
    const std::string text = request("{" + params + "}");
    const envelope message = read(text);
    EXPECT_TRUE(few_members_of(message, message.params));
    for (const char* each : {"_meta", "arguments", "inputResponses", "notifications"}) {
        EXPECT_TRUE(few_members_of(message, find_member(message.params, each))) << each;
    }
}

TEST(KnownMembers, MoveWithTheText) {
    const std::string text = request(R"({"arguments":{"a":1}})");
    const std::string copy = text;
    envelope message = read(text);
    message.known = message.known->moved(text.data(), copy.data());
    const std::string_view there =
        std::string_view(copy).substr(static_cast<std::size_t>(message.params.data() - text.data()), message.params.size());
    EXPECT_EQ(few_members_of(message, there)->at(0).value.data(), there.data() + there.find(R"({"a")"));
}

TEST(KnownMembers, DoNotIncludeWhatWasCutOut) {
    std::string text = request(R"({"task":{"a":1},"b":2})");
    envelope message = read(text);
    message.known = known_members::without(message, {few_members_of(message, message.params)->at(0).text()});
    EXPECT_EQ(few_members_of(message, message.params)->size(), 1U);
}

TEST(KnownMembers, OfASmallMessageAreFoundInItsText) {
    const std::string text = R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1}})";
    const envelope message = read(text);
    EXPECT_EQ(message.known, nullptr);
    EXPECT_EQ(find_member(message, message.params, "a"), "1");
}

// The questions of a front door cost nothing that depends on the length of the message.
TEST(KnownMembers, CostNoSecondWalk) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    const std::string text = request(R"({"arguments":{"n":[)" + repeated("0", 100'000) + R"(]},"_meta":{"n":[)" + repeated("0", 100'000) + "]}}");
    const envelope message = read(text);
    const std::uint64_t before = core::counted_steps;
    EXPECT_TRUE(few_members_of(message, message.params));
    EXPECT_TRUE(few_members_of(message, message.meta));
    EXPECT_EQ(find_member(message, find_member(message, message.params, "arguments"), "x"), "");
    EXPECT_LT(core::counted_steps - before, 1000U);
}

}  // namespace
}  // namespace bridge::jsonrpc
