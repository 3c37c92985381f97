#include "bridge/jsonrpc/batch.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bridge::jsonrpc {
namespace {

constexpr unsigned depth = 8;

TEST(Batch, ReadsEachMemberForItself) {
    const std::string text = R"( [ {"jsonrpc":"2.0","id":1,"method":"a"}
        ,{"jsonrpc":"2.0","method":"b"},7 , {"jsonrpc":"2.0","id":"x","result":{}},{"id":5,"method":"c"}] )";
    const batch read = read_batch(text, depth, 10);
    EXPECT_FALSE(read.is_cut);
    ASSERT_EQ(read.members.size(), 5U);
    ASSERT_NE(read.members[0].message(), nullptr);
    EXPECT_EQ(read.members[0].fault(), nullptr);
    EXPECT_EQ(read.members[0].message()->id, "1");
    EXPECT_FALSE(read.members[0].message()->has_line_breaks) << "those between members are none of its own";
    EXPECT_EQ(read.members[1].message()->kind, message_kind::notification);
    ASSERT_NE(read.members[2].fault(), nullptr);
    EXPECT_EQ(read.members[2].message(), nullptr);
    EXPECT_EQ(read.members[3].message()->kind, message_kind::result);
    EXPECT_EQ(read.members[4].fault()->id, "5");
}

TEST(Batch, TakesNoBatchInsideABatch) {
    const batch read = read_batch(R"([[{"jsonrpc":"2.0","id":1,"method":"a"}]])", depth, 10);
    ASSERT_EQ(read.members.size(), 1U);
    ASSERT_NE(read.members[0].fault(), nullptr);
    EXPECT_EQ(read.members[0].fault()->code, core::errc::not_json_rpc);
}

TEST(Batch, IsCutAboveItsBoundOnly) {
    EXPECT_TRUE(read_batch("[]", depth, 2).members.empty());
    EXPECT_FALSE(read_batch("[1,2]", depth, 2).is_cut);
    const batch read = read_batch("[1,2,3,4]", depth, 2);
    EXPECT_TRUE(read.is_cut);
    EXPECT_EQ(read.members.size(), 2U);
}

}  // namespace
}  // namespace bridge::jsonrpc
