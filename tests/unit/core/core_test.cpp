#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bridge/core/error.hpp"
#include "bridge/core/log.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/core/utf8.hpp"

namespace bridge::core {
namespace {

TEST(Printable, ShowsControlCharactersAndCutsLongText) {
    EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
    EXPECT_EQ(printable("abcdef", 3), "abc... (6 bytes in all)");
}

TEST(Printable, ShowsBytesThatAreNoUtf8AndCutsBetweenCharacters) {
    EXPECT_EQ(printable("é😀\xFF\xC3("), "é😀\\xff\\xc3(");
    EXPECT_EQ(printable("aéb", 2), "a... (4 bytes in all)");
}

TEST(Utf8, RepairsEachBadByteAlone) {
    EXPECT_EQ(repair_utf8("a\xFF\xC3(\xE2\x82"), "a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(repair_utf8("é😀"), "é😀");
    EXPECT_TRUE(is_utf8(repair_utf8("\xED\xA0\x80")));
}

TEST(Utf8, RepairsInPartsAsAtOnce) {
    const std::string text = "a\xFF\xC3(\xE2\x82\xAC\xF0\x9F\x98\x80\xE2\x82 end\xF0\x9F";
    for (std::size_t bytes = 1; bytes <= text.size() + 1; ++bytes) {
        std::string out;
        std::size_t counted = 0;
        for (std::string_view rest = text; !rest.empty();) {
            counted += repair_part(rest, bytes, nullptr).written;
            const repaired_part part = repair_part(rest, bytes, &out);
            ASSERT_GE(part.read, std::min(bytes, rest.size()));
            rest.remove_prefix(part.read);
        }
        EXPECT_EQ(out, repair_utf8(text)) << "in parts of " << bytes;
        EXPECT_EQ(counted, out.size());
    }
}

TEST(Secrets, TokensAreLongVisibleAndDiffer) {
    ASSERT_TRUE(set_up_secrets());
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string token = random_token();
        EXPECT_EQ(token.size(), 32U);
        EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
        seen.insert(token);
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(Secrets, ComparesWholeTexts) {
    EXPECT_TRUE(same_secret("key", "key"));
    EXPECT_TRUE(same_secret("", ""));
    EXPECT_FALSE(same_secret("key", "kez"));
    EXPECT_FALSE(same_secret("key", "key "));
    EXPECT_FALSE(same_secret("key", ""));
    EXPECT_FALSE(same_secret(std::string_view("k\0a", 3), std::string_view("k\0b", 3)));
}

TEST(Error, EveryValueHasATextOfItsOwn) {
    std::set<std::string> texts;
    for (int value = 1; value <= static_cast<int>(errc::limit_reached); ++value) {
        texts.insert(make_error_code(static_cast<errc>(value)).message());
    }
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(errc::limit_reached));
    EXPECT_FALSE(texts.contains("unknown error"));
}

}  // namespace
}  // namespace bridge::core
