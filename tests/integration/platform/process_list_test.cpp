// Promise: the list of processes has every process, with its parent, session and variables; what is killed is the process that was listed.
#include "bridge/platform/process_list.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/platform/waiting_process.hpp"
#include "tests/support/deadline.hpp"

namespace bridge::platform {
namespace {

using test_support::eventually;

std::optional<listed_process> find(pid_t pid) {
    std::optional<listed_process> out;
    list_processes([&](const listed_process& each) {
        if (each.pid == pid) out = each;
    });
    return out;
}

std::string environment_in_pieces(std::size_t bytes) {
    std::string out;
    std::vector<char> room(bytes);
    read_environment(::getpid(), room, [&](std::string_view piece) {
        EXPECT_LE(piece.size(), bytes);
        out += piece;
        return true;
    });
    return out;
}

TEST(ProcessList, HasThisProcess) {
    const auto self = find(::getpid());
    ASSERT_TRUE(self);
    EXPECT_EQ(self->parent, ::getppid());
    EXPECT_EQ(self->session, ::getsid(0));
    EXPECT_FALSE(self->is_dead);
    EXPECT_GT(self->start, 0U);
}

TEST(ProcessList, HasDeadProcessesUntilTheyAreReaped) {
    waiting_process process;
    const auto living = find(process.pid());
    ASSERT_TRUE(living);
    EXPECT_EQ(living->parent, ::getpid());
    EXPECT_FALSE(living->is_dead);
    ::kill(process.pid(), SIGKILL);
    ASSERT_TRUE(eventually([&] { return !process.lives(); }));
    const auto dead = find(process.pid());
    ASSERT_TRUE(dead);
    EXPECT_TRUE(dead->is_dead);
    EXPECT_EQ(dead->start, living->start);
    const pid_t pid = process.pid();
    process.end();
    EXPECT_FALSE(find(pid));
}

TEST(ProcessList, ReadsAnEnvironmentInPieces) {
    const std::string all = environment_in_pieces(1 << 20);
    EXPECT_NE(all.find("PATH="), std::string::npos);
    EXPECT_EQ(all.back(), '\0');
    EXPECT_EQ(environment_in_pieces(16), all);
}

TEST(ProcessList, ReadsNoMoreThanIsWanted) {
    std::array<char, 16> room{};
    int pieces = 0;
    read_environment(::getpid(), room, [&](std::string_view) { return ++pieces < 2; });
    EXPECT_EQ(pieces, 2);
    read_environment(-1, room, [](std::string_view) -> bool { throw std::logic_error("there is no such process"); });
}

TEST(ProcessList, KillsOnlyTheListedProcess) {
    waiting_process process;
    const auto listed = find(process.pid());
    ASSERT_TRUE(listed);
    kill_listed(process.pid(), listed->start - 1);
    EXPECT_TRUE(process.lives());
    kill_listed(process.pid(), listed->start);
    EXPECT_EQ(process.end(), SIGKILL);
}

}  // namespace
}  // namespace bridge::platform
