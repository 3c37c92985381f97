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

TEST(Secrets, AreComparedByTheirDigests) {
    const auto same = [](std::string_view a, std::string_view b) { return same_digest(digest_of(a), digest_of(b)); };
    EXPECT_TRUE(same("key", "key"));
    EXPECT_TRUE(same("", ""));
    EXPECT_FALSE(same("key", "kez"));
    EXPECT_FALSE(same("key", "key "));
    EXPECT_FALSE(same("key", ""));
    EXPECT_FALSE(same(std::string_view("k\0a", 3), std::string_view("k\0b", 3)));
}

TEST(Secrets, ReadsDigestsAsSha256sumWritesThem) {
    // printf %s key | sha256sum
    constexpr std::string_view hex = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683";
    EXPECT_EQ(read_digest(hex), digest_of("key"));
    EXPECT_EQ(read_digest("2C70E12B7A0646F92279F427C7B38E7334D8E5389CFF167A1DC30E73F826B683"), digest_of("key"));
    EXPECT_EQ(hex_of(digest_of("key")), hex);
    EXPECT_EQ(hex_of(digest_of("key"), 2), hex.substr(0, 4));
    EXPECT_EQ(read_digest(""), std::nullopt);
    EXPECT_EQ(read_digest(hex.substr(1)), std::nullopt);
    EXPECT_EQ(read_digest(std::string(hex) + "0"), std::nullopt);
    EXPECT_EQ(read_digest(std::string(hex.substr(1)) + "g"), std::nullopt);
    EXPECT_EQ(read_digest(std::string(hex.substr(1)) + " "), std::nullopt);
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
