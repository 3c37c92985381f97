#include "bridge/era/mirrored_headers.hpp"

#include <gtest/gtest.h>

namespace bridge::era {
namespace {

TEST(MirroredHeaders, AreLiteralWithoutTheWholeMark) {
    EXPECT_EQ(decode_header(" get_weather\t"), "get_weather");
    EXPECT_EQ(decode_header(""), "");
    EXPECT_EQ(decode_header("=?base64?YQ=="), "=?base64?YQ==");
    EXPECT_EQ(decode_header("YQ==?="), "YQ==?=");
    EXPECT_EQ(decode_header("=?base64?="), "=?base64?=");
}

TEST(MirroredHeaders, AreDecodedBetweenTheMarks) {
    EXPECT_EQ(decode_header("=?base64?\?="), "");
    EXPECT_EQ(decode_header("=?base64?YQ==?="), "a");
    EXPECT_EQ(decode_header("=?base64?dMOkbA==?="), "t\u00E4l");
    EXPECT_EQ(decode_header("=?base64?YWJj?="), "abc");
}

TEST(MirroredHeaders, MustBeStrictBase64) {
    for (const char* wrong :
         {"=?base64?YQ?=", "=?base64?YQ=?=", "=?base64?Y===?=", "=?base64?Y Q=?=", "=?base64?YQ-_?=", "=?base64?YR==?=", "=?base64?=YQ=?="}) {
        EXPECT_EQ(decode_header(wrong), std::nullopt) << wrong;
    }
}

}  // namespace
}  // namespace bridge::era
