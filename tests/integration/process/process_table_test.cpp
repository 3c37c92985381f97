// Promise: of all processes of the machine those that descend from a child are found, and no other is ever ended.
#include "bridge/process/process_table.hpp"

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "tests/support/deadline.hpp"
#include "tests/support/process_table.hpp"
#include "tests/support/temp_folder.hpp"

namespace bridge::process {
namespace {

using test_support::eventually;

const std::string token = "0123456789abcdef" + std::to_string(::getpid());
const std::string marker = std::string(marker_variable) + "=" + token + ".";

// A process that waits, with an environment of the test's choice. Killed and reaped at the end.
class waiting {
public:
    explicit waiting(std::vector<std::string> environment, std::string program = "/bin/sleep",
                     std::vector<std::string> arguments = {"sleep", "300"}) {
        const int failed = ::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, pointers(arguments).data(), pointers(environment).data());
        if (failed != 0 || pid_ <= 1) throw std::runtime_error("cannot start " + program);
        // posix_spawn returns when the program is about to run; its environment can be seen a moment later.
        if (!eventually([this] { return !test_support::environment_of(pid_).empty(); })) throw std::runtime_error("no environment");
    }
    ~waiting() {
        test_support::send_signal(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;

    pid_t pid() const { return pid_; }

private:
    static std::vector<char*> pointers(std::vector<std::string>& texts) {
        std::vector<char*> list;
        for (std::string& text : texts) list.push_back(text.data());
        list.push_back(nullptr);
        return list;
    }

    pid_t pid_ = -1;
};

class ProcessTable : public testing::Test {
protected:
    const process_entry* find(pid_t pid) {
        table_.read();
        return table_.find(pid);
    }
    std::optional<std::uint64_t> child_of(const waiting& process) {
        const process_entry* entry = find(process.pid());
        EXPECT_NE(entry, nullptr);
        return entry != nullptr ? entry->child : std::nullopt;
    }
    void doom(pid_t pid) {
        for (process_entry& each : table_.entries()) each.is_doomed = each.is_doomed || each.pid == pid;
    }

    process_table table_{token};
};

TEST_F(ProcessTable, KnowsTheMarkerWhereverItStands) {
    EXPECT_EQ(child_of(waiting({marker + "1"})), 1U);
    EXPECT_EQ(child_of(waiting({"A=1", marker + "22", "B=2"})), 22U);
    EXPECT_EQ(child_of(waiting({"A=1", "B=2", marker + "18446744073709551615"})), 18446744073709551615U);
}

// An environment is read in pieces, and the marker may begin in one and end in the next.
TEST_F(ProcessTable, KnowsTheMarkerInALargeEnvironment) {
    const std::size_t piece = 32 * 1024;
    for (std::size_t before = piece - 100; before < piece + 10; ++before) {
        ASSERT_EQ(child_of(waiting({"A=" + std::string(before, 'x'), marker + "123456", "B=2"})), 123456U) << before;
    }
    EXPECT_EQ(child_of(waiting({"A=" + std::string(100'000, 'x'), marker + "7", "B=" + std::string(100'000, 'x')})), 7U);
}

TEST_F(ProcessTable, TakesNothingElseForTheMarker) {
    for (const std::string& variable :
         {std::string("A=1"), "X" + marker + "1", "A=" + marker + "1", std::string(marker_variable) + "=" + token + "1.1",
          std::string(marker_variable) + "=other.1", "A\n" + marker + "1"}) {
        EXPECT_EQ(child_of(waiting({variable, "B=2"})), std::nullopt) << variable;
    }
}

TEST_F(ProcessTable, ReadsAProcessWhateverItIsCalled) {
    const test_support::temp_folder folder;
    const std::string program = folder.path("a) Z 1 (b");
    std::filesystem::create_symlink("/bin/sleep", program);
    const waiting process({marker + "5"}, program);
    const process_entry* entry = find(process.pid());
    ASSERT_NE(entry, nullptr);
    EXPECT_FALSE(entry->is_dead);
    EXPECT_EQ(entry->parent, ::getpid());
    EXPECT_EQ(entry->session, ::getsid(0));
    EXPECT_EQ(entry->child, 5U);
}

TEST_F(ProcessTable, SaysWhoIsDeadAndLeavesThemAlone) {
    const waiting process({marker + "5"});
    test_support::send_signal(process.pid(), SIGKILL);
    ASSERT_TRUE(eventually([&] { return find(process.pid())->is_dead; }));
    doom(process.pid());
    EXPECT_EQ(table_.kill_doomed(), 0U);
}

TEST_F(ProcessTable, ShowsNeitherItselfNorTheFirstProcess) {
    EXPECT_EQ(find(::getpid()), nullptr);
    EXPECT_EQ(find(1), nullptr);
}

TEST_F(ProcessTable, DoomsDescendantsAndKillsThemAlone) {
    const test_support::temp_folder folder;
    const std::string pids = folder.path("pids");
    const waiting family({"PATH=/usr/bin:/bin"}, "/bin/sh",
                         {"sh", "-c", "sh -c 'sleep 300 & echo $! >> " + pids + "; setsid sleep 300 & echo $! >> " + pids + "; wait' & wait"});
    const waiting stranger({"A=1"});
    ASSERT_TRUE(eventually([&] { return test_support::lines_of(pids).size() == 2; }));
    ASSERT_NE(find(stranger.pid()), nullptr);
    doom(family.pid());
    table_.doom_descendants();
    // Two shells and what they started.
    EXPECT_EQ(table_.kill_doomed(), 4U);
    for (const std::string& line : test_support::lines_of(pids)) {
        EXPECT_TRUE(eventually([&] { return !test_support::is_running(std::stoi(line)); }));
    }
    EXPECT_TRUE(test_support::is_running(stranger.pid()));
}

// Between the look and the kill the number can have gone to a process that was started since.
TEST_F(ProcessTable, DoesNotKillAnotherProcessOfTheSameNumber) {
    const waiting process({marker + "5"});
    ASSERT_NE(find(process.pid()), nullptr);
    doom(process.pid());
    for (process_entry& each : table_.entries()) {
        if (each.pid == process.pid()) each.start -= 1;
    }
    table_.kill_doomed();
    siginfo_t info{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(process.pid()), &info, WEXITED | WNOHANG | WNOWAIT), 0);
    EXPECT_EQ(info.si_pid, 0) << "it was killed";
}

}  // namespace
}  // namespace bridge::process
