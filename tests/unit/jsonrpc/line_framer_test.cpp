#include "bridge/jsonrpc/line_framer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace bridge::jsonrpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Feeds `bytes` in pieces of `piece` bytes and returns the lines.
std::vector<std::string> feed(line_framer& framer, std::string_view bytes, std::size_t piece) {
    std::vector<std::string> lines;
    while (!bytes.empty()) {
        const auto room = framer.prepare();
        const std::size_t count = std::min({piece, room.size(), bytes.size()});
        std::memcpy(room.data(), bytes.data(), count);
        framer.commit(count);
        bytes.remove_prefix(count);
        while (const auto line = framer.next()) lines.emplace_back(*line);
    }
    return lines;
}

class LineFramer : public testing::TestWithParam<std::size_t> {};

TEST_P(LineFramer, SplitsLinesHoweverTheyArrive) {
    line_framer framer(1000);
    EXPECT_THAT(feed(framer, "{\"a\":1}\n\n{\"b\":\"\xC3\xA9\"}\r\nrest", GetParam()), ElementsAre("{\"a\":1}", "", "{\"b\":\"\xC3\xA9\"}"));
    EXPECT_EQ(framer.remainder(), "rest");
    EXPECT_FALSE(framer.remove_oversized());
}

TEST_P(LineFramer, DropsAByteOrderMarkAtTheStartOnly) {
    line_framer framer(1000);
    EXPECT_THAT(feed(framer, "\xEF\xBB\xBF{}\n\xEF\xBB\xBF{}\n", GetParam()), ElementsAre("{}", "\xEF\xBB\xBF{}"));
}

TEST_P(LineFramer, TakesALineOfExactlyTheLimit) {
    line_framer framer(8);
    EXPECT_THAT(feed(framer, "12345678\n", GetParam()), ElementsAre("12345678"));
    EXPECT_FALSE(framer.remove_oversized());
}

// The lines and, between them, how long the ones were that were too long.
std::vector<std::string> feed_all(line_framer& framer, std::string_view bytes, std::size_t piece) {
    std::vector<std::string> out;
    while (!bytes.empty()) {
        const auto room = framer.prepare();
        const std::size_t count = std::min({piece, room.size(), bytes.size()});
        std::memcpy(room.data(), bytes.data(), count);
        framer.commit(count);
        bytes.remove_prefix(count);
        for (;;) {
            if (const auto line = framer.next()) {
                out.emplace_back(*line);
            } else if (const auto oversized = framer.remove_oversized()) {
                out.push_back(std::to_string(oversized->size) + ":" + oversized->head + oversized->tail);
            } else {
                break;
            }
        }
    }
    return out;
}

TEST_P(LineFramer, StepsOverALineOverTheLimit) {
    line_framer framer(8);
    EXPECT_THAT(feed_all(framer, "123\n123456789\n123\n\n1234567890123\n1\n", GetParam()),
                ElementsAre("123", "9:123456789", "123", "", "13:1234567890123", "1"));
    EXPECT_FALSE(framer.is_skipping());
}

TEST_P(LineFramer, KeepsBothEndsOfALineOverTheLimitAndLittleMore) {
    line_framer framer(100);
    const std::string line = "begin" + std::string(1'000'000, 'x') + "end";
    std::string_view rest = line;
    while (!rest.empty()) {
        feed(framer, rest.substr(0, 10'000), GetParam());
        rest.remove_prefix(std::min<std::size_t>(rest.size(), 10'000));
        EXPECT_TRUE(framer.is_skipping());
        EXPECT_LE(framer.prepare().size(), 64U * 1024);
    }
    feed(framer, "\n", 1);
    const auto oversized = framer.remove_oversized();
    ASSERT_TRUE(oversized);
    EXPECT_EQ(oversized->size, line.size());
    EXPECT_TRUE(oversized->head.starts_with("beginx"));
    EXPECT_TRUE(oversized->tail.ends_with("xend"));
    EXPECT_LE(oversized->head.size() + oversized->tail.size(), 8U * 1024);
    EXPECT_FALSE(framer.remove_oversized()) << "it is given out once";
}

TEST_P(LineFramer, KeepsNoMemoryOfALineThatIsOver) {
    line_framer framer(1 << 24);
    const std::string big(3'000'000, 'x');
    EXPECT_THAT(feed(framer, big + "\n", GetParam() * 1000), ElementsAre(big));
    // Room for the next read is small again: the buffer that the large line needed was given back.
    EXPECT_LE(framer.prepare().size(), 64U * 1024);
}

INSTANTIATE_TEST_SUITE_P(Pieces, LineFramer, testing::Values(1, 2, 3, 7, 65'536));

TEST(LineFramerGrowth, IsLinearInTheLengthOfALine) {
    // 32 MiB in pieces of 100 bytes: a framer that searched or copied from the start each time would take hours.
    line_framer framer(std::size_t{1} << 26);
    const std::string piece(100, 'x');
    std::size_t lines = 0;
    for (int i = 0; i < 335'544; ++i) lines += feed(framer, piece, piece.size()).size();
    EXPECT_EQ(lines, 0U);
    EXPECT_THAT(feed(framer, "\n", 1), ElementsAre(std::string(33'554'400, 'x')));
}

class LineFramerMemory : public testing::Test {
protected:
    static constexpr std::size_t MiB = 1024 * 1024;

    core::memory_budget budget_{16 * MiB};
    core::memory_charge others_{budget_.common(), core::memory_use::request_body};
};

TEST_F(LineFramerMemory, IsPaidForAsItGrows) {
    line_framer framer(8 * MiB);
    framer.pay_from(budget_.account_of("alice"));
    feed(framer, std::string(3'000'000, 'x'), 65'536);
    EXPECT_GE(budget_.used_for(core::memory_use::child_line), 3'000'000U);
    EXPECT_LE(budget_.used_for(core::memory_use::child_line), 8'000'000U);
    EXPECT_THAT(feed(framer, "\n", 1), ElementsAre(std::string(3'000'000, 'x')));
    framer.prepare();
    EXPECT_LE(budget_.used(), 64U * 1024);
}

// Otherwise the room of the first line would be kept for as long as something is behind each line, and the second line, if it became long, would be
// moved.
TEST_F(LineFramerMemory, OfALongLineIsGivenBackThoughTheNextHasBegun) {
    line_framer framer(8 * MiB);
    framer.pay_from(budget_.common());
    const std::string big(3'000'000, 'x');
    EXPECT_THAT(feed(framer, big + "\nnext", 65'536), ElementsAre(big));
    framer.prepare();
    EXPECT_LE(budget_.used(), 64U * 1024);
    EXPECT_THAT(feed(framer, " line\n", 3), ElementsAre("next line"));
}

TEST_F(LineFramerMemory, StepsOverALargeLineWhenThereIsNone) {
    line_framer framer(8 * MiB);
    framer.pay_from(budget_.common());
    others_.set(11 * MiB);
    EXPECT_THAT(feed(framer, std::string(3'000'000, 'x') + "\nnext\n", 65'536), IsEmpty()) << "the owner asks for the long one first";
    const auto refused = framer.remove_oversized();
    ASSERT_TRUE(refused);
    EXPECT_TRUE(refused->lacked_memory);
    EXPECT_EQ(refused->size, 3'000'000U);
    EXPECT_EQ(framer.next(), "next");
    EXPECT_LE(budget_.used_for(core::memory_use::child_line), 1 * MiB);
}

TEST_F(LineFramerMemory, TakesSmallLinesAlways) {
    line_framer framer(8 * MiB);
    framer.pay_from(budget_.common());
    others_.set(16 * MiB);
    const std::string line(60'000, 'x');
    EXPECT_THAT(feed(framer, line + "\n" + line + "\n", 65'536), ElementsAre(line, line));
}

TEST_F(LineFramerMemory, GivesUpALineThatGrowsNoMore) {
    line_framer framer(8 * MiB);
    framer.pay_from(budget_.common());
    feed(framer, R"({"jsonrpc":"2.0","id":7,"result":{"x":")" + std::string(3'000'000, 'x'), 65'536);
    EXPECT_TRUE(framer.holds_large_line());
    framer.give_up_large_line();
    EXPECT_FALSE(framer.holds_large_line());
    EXPECT_LE(budget_.used(), 0U);
    feed(framer, "\"}}\n", 5);
    const auto refused = framer.remove_oversized();
    ASSERT_TRUE(refused);
    EXPECT_EQ(read_oversized(*refused).id, "7");
}

TEST(LineFramerRemainder, IsEmptyAfterANewline) {
    line_framer framer(100);
    EXPECT_THAT(feed(framer, "", 1), IsEmpty());
    feed(framer, "a\n", 2);
    EXPECT_EQ(framer.remainder(), "");
}

}  // namespace
}  // namespace bridge::jsonrpc
