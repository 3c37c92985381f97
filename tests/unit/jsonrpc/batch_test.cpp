#include "bridge/jsonrpc/batch.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/json_generator.hpp"
#include "tests/unit/jsonrpc/shown_outcome.hpp"
#include "tests/unit/jsonrpc/whole_batch.hpp"

namespace bridge::jsonrpc {
namespace {

constexpr unsigned depth = 8;

TEST(Batch, ReadsEachMemberForItself) {
    const std::string text = R"( [ {"jsonrpc":"2.0","id":1,"method":"a"}
        ,{"jsonrpc":"2.0","method":"b"},7 , {"jsonrpc":"2.0","id":"x","result":{}},{"id":5,"method":"c"}] )";
    const auto members = whole_batch(text, depth);
    ASSERT_EQ(members.size(), 5U);
    ASSERT_NE(members[0].message(), nullptr);
    EXPECT_EQ(members[0].fault(), nullptr);
    EXPECT_EQ(members[0].message()->id, "1");
    EXPECT_FALSE(members[0].message()->has_line_breaks) << "those between members are none of its own";
    EXPECT_EQ(members[1].message()->kind, message_kind::notification);
    ASSERT_NE(members[2].fault(), nullptr);
    EXPECT_EQ(members[2].message(), nullptr);
    EXPECT_EQ(members[3].message()->kind, message_kind::result);
    EXPECT_EQ(members[4].fault()->id, "5");
}

TEST(Batch, TakesNoBatchInsideABatch) {
    const auto members = whole_batch(R"([[{"jsonrpc":"2.0","id":1,"method":"a"}]])", depth);
    ASSERT_EQ(members.size(), 1U);
    ASSERT_NE(members[0].fault(), nullptr);
    EXPECT_EQ(members[0].fault()->code, core::errc::not_json_rpc);
}

TEST(Batch, MayBeEmpty) {
    EXPECT_TRUE(whole_batch("[]", depth).empty());
    EXPECT_TRUE(whole_batch(" [ \n ] ", depth).empty());
}

// Wherever the slices end, and whatever stands in the other members.
TEST(Batch, ReadsMembersAsIfTheyHadComeAlone) {
    test_support::json_generator generate(20261128);
    std::vector<std::string> elements = {
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":"t"},"a":[{"_meta":1}]}})",
        "{\"jsonrpc\":\"2.0\",\n\"id\":2,\"method\":\"m\"}",
        R"({"jsonrpc":"2.0","id":1,"id":2,"method":"m"})",
        R"({"jsonrpc":"2.0","id":4,"method":"m","params":{"requestId":1,"requestId":2},"params":{}})",
        R"({"jsonrpc":"2.0","id":5,"method":"m","params":{"_meta":{"progressToken":1,"progressToken":2}}})",
        R"({"jsonrpc":"2.0","id":6,"method":"m","params":[{"_meta":{"progressToken":1}}]})",
        "[]",
        "[[1]]",
        "7",
        "-1.5e3",
        "\"text\"",
        "null",
        "{}",
        "[{}]"};
    for (int i = 0; i < 40; ++i) elements.push_back(R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + generate.object(3) + "}");
    std::string text = "[";
    for (const std::string& each : elements) text += (text.size() == 1 ? "" : "\n, ") + each;
    text += " ]";
    for (const std::size_t slice : {std::size_t{1}, std::size_t{3}, std::size_t{64}, text.size() + 1}) {
        const auto members = whole_batch(text, 64, slice);
        ASSERT_EQ(members.size(), elements.size());
        for (std::size_t i = 0; i < members.size(); ++i) {
            EXPECT_EQ(members[i].raw, elements[i]);
            EXPECT_EQ(shown(members[i].raw, members[i].read), shown(members[i].raw, read_envelope(members[i].raw, 64)))
                << "in slices of " << slice << ": " << elements[i];
        }
    }
}

// What does not end well was reported before as a whole; nothing that it holds counts then, and the reading ends.
TEST(Batch, EndsWhereTheTextIsWrong) {
    EXPECT_TRUE(whole_batch("[", depth).empty());
    EXPECT_EQ(whole_batch("[1,2,", depth).size(), 2U);
    EXPECT_TRUE(whole_batch("[[[[[[[[[[[[[]]", depth).empty());
}

}  // namespace
}  // namespace bridge::jsonrpc
