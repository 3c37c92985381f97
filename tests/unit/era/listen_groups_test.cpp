#include "bridge/era/listen_groups.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace bridge::era {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using enum listen_groups::outcome;

constexpr subject resource = subject::resource;

class ListenGroups : public testing::Test {
protected:
    /// Opens the next one, of which the child honours everything. Returns the bytes of its names.
    std::size_t open() {
        const std::size_t bytes = groups_.begin().bytes();
        replaced_ = groups_.settle(++number_, groups_.next().live(resource), groups_.next().live(subject::task));
        return bytes;
    }
    static std::string name(int number) { return "test://" + std::to_string(number) + '/' + std::string(200, 'x'); }

    listen_groups groups_;
    std::uint64_t number_ = 0;
    std::vector<std::uint64_t> replaced_;
};

TEST_F(ListenGroups, AreOneThatEachChangeReplaces) {
    groups_.add_lists();
    EXPECT_TRUE(groups_.is_due());
    open();
    EXPECT_FALSE(groups_.is_due());
    EXPECT_EQ(groups_.add(resource, "a"), due);
    open();
    EXPECT_THAT(replaced_, ElementsAre(1));
    EXPECT_TRUE(groups_.find(2)->has_lists);
    EXPECT_EQ(groups_.add(resource, "b"), due);
    EXPECT_EQ(groups_.add(resource, "a"), done) << "the child sends that already";
    open();
    EXPECT_THAT(replaced_, ElementsAre(2));
    EXPECT_EQ(groups_.remove(resource, "a"), due);
    EXPECT_EQ(groups_.remove(resource, "c"), done);
    EXPECT_TRUE(groups_.is_due());
    EXPECT_EQ(groups_.begin().text(resource), R"(["b"])");
    groups_.fail();
    EXPECT_TRUE(groups_.find(3)->is_stale(resource, "a")) << "what comes for it is dropped";
    open();
    EXPECT_THAT(replaced_, ElementsAre(3));
    EXPECT_TRUE(groups_.find(4)->has_lists);
}

TEST_F(ListenGroups, EndWithTheLastName) {
    groups_.add(resource, "a");
    open();
    groups_.remove(resource, "a");
    EXPECT_TRUE(groups_.is_due());
    EXPECT_TRUE(groups_.begin().is_empty());
    EXPECT_THAT(groups_.settle(0, {}, {}), ElementsAre(1));
    EXPECT_FALSE(groups_.is_due());
    EXPECT_EQ(groups_.bytes(), 0U);
}

// All names were sent again for each further one.
TEST_F(ListenGroups, SendEachNameAFewTimesInAll) {
    constexpr int count = 4000;
    std::size_t sent = 0;
    std::size_t longest = 0;
    for (int i = 0; i < count; ++i) {
        ASSERT_EQ(groups_.add(resource, name(i)), due);
        const std::size_t bytes = open();
        sent += bytes;
        longest = std::max(longest, bytes);
    }
    const std::size_t all = groups_.bytes();
    EXPECT_LE(longest, listen_groups::most_in_one);
    // Half of the usual ones for each name, and some times all of them.
    EXPECT_LE(sent, count * listen_groups::usual_bytes + 10 * all);
    std::size_t open_ones = 0;
    for (std::uint64_t number = 1; number <= number_; ++number) open_ones += groups_.find(number) != nullptr ? 1 : 0;
    EXPECT_LE(open_ones, 10U);
    for (int i = 0; i < count; ++i) ASSERT_TRUE(groups_.contains(resource, name(i)));
}

TEST_F(ListenGroups, ReplaceALongOneWhenHalfOfItIsUnwanted) {
    constexpr int count = 400;
    for (int i = 0; i < count; ++i) groups_.add(resource, name(i));
    open();
    int removed = 0;
    while (groups_.remove(resource, name(removed)) == done) ++removed;
    EXPECT_NEAR(removed, count / 2, 3);
    EXPECT_TRUE(groups_.find(1)->is_stale(resource, name(0)));
    EXPECT_EQ(groups_.add(resource, name(0)), done) << "the child still sends it";
    EXPECT_FALSE(groups_.find(1)->is_stale(resource, name(0)));
    open();
    EXPECT_THAT(replaced_, ElementsAre(1));
    EXPECT_FALSE(groups_.contains(resource, name(1)));
    EXPECT_TRUE(groups_.contains(resource, name(0)));
}

TEST_F(ListenGroups, AreOpenedAgainWhenTheChildEndsThem) {
    groups_.add_lists();
    groups_.add(resource, "a");
    open();
    EXPECT_FALSE(groups_.lose(7));
    EXPECT_TRUE(groups_.lose(1));
    EXPECT_TRUE(groups_.has_lost());
    EXPECT_FALSE(groups_.contains(resource, "a"));
    groups_.begin();
    groups_.fail();
    EXPECT_TRUE(groups_.has_lost()) << "the next change tries again";
    open();
    EXPECT_THAT(replaced_, IsEmpty());
    EXPECT_TRUE(groups_.contains(resource, "a"));
    EXPECT_TRUE(groups_.find(2)->has_lists);
}

TEST_F(ListenGroups, HaveOnlyWhatTheChildHonours) {
    groups_.add(resource, "a");
    groups_.add(resource, "b");
    groups_.add(subject::task, "t");
    groups_.begin();
    groups_.settle(1, {"b", "c"}, {});
    EXPECT_FALSE(groups_.contains(resource, "a"));
    EXPECT_TRUE(groups_.contains(resource, "b"));
    EXPECT_FALSE(groups_.contains(resource, "c"));
    EXPECT_FALSE(groups_.contains(subject::task, "t"));
}

}  // namespace
}  // namespace bridge::era
