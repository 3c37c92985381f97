// Promise: a server whose file has lost its permission to be executed runs all the same, and nothing is left behind.
#include "bridge/process/lost_permission.hpp"

#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>

#include "bridge/process/launcher.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/temp_folder.hpp"

namespace bridge::process {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr uid_t nobody = 65534;

struct finished {
    std::string output;
    std::string note;
    int status = -1;
};

// Runs it to its end; `output` is why if it cannot be started.
finished run(const std::string& file, std::vector<std::string> arguments) {
    const command what{.executable = file, .arguments = std::move(arguments), .environment = {"PATH=/usr/bin:/bin"}, .directory = "/", .name = {}};
    launched child;
    launch_failure failure;
    finished out;
    if (!launch(what, child, failure)) {
        out.output = failure.text(what.executable);
        return out;
    }
    std::array<char, 4096> part{};
    for (ssize_t count = 0; (count = ::read(child.output.get(), part.data(), part.size())) > 0;) {
        out.output.append(part.data(), static_cast<std::size_t>(count));
    }
    ::waitpid(child.pid, &out.status, 0);
    out.note = child.note;
    return out;
}

// Files that begin like programs, and that nobody may execute.
class LostPermission : public testing::Test {
protected:
    LostPermission() {
        // Others than the owner come in.
        ::chmod(std::filesystem::path(script_).parent_path().c_str(), 0755);
        std::filesystem::copy_file("/bin/echo", program_);
        ::chmod(program_.c_str(), 0644);
    }

    static bool may_be_executed(const std::string& path) {
        struct stat info {};
        return ::stat(path.c_str(), &info) == 0 && (info.st_mode & 0111) != 0;
    }

    const test_support::temp_folder folder_;
    const std::string script_ = folder_.file("server.sh", "#! /bin/sh -u\necho \"$0: $*\"\n");
    const std::string program_ = folder_.path("server");
};

TEST_F(LostPermission, IsGivenBackToAFileOfOurOwn) {
    for (const std::string& file : {script_, program_}) {
        const finished ended = run(file, {"one", "two words"});
        EXPECT_THAT(ended.output, HasSubstr("one two words\n"));
        EXPECT_EQ(ended.status, 0);
        EXPECT_EQ(ended.note, "got it back");
        EXPECT_TRUE(may_be_executed(file));
        EXPECT_EQ(run(file, {}).note, "") << "once is enough";
    }
}

TEST_F(LostPermission, IsNotInventedForWhatIsNoProgram) {
    const std::string text = folder_.file("text", "just words\n");
    const std::string cut = folder_.file("cut", "#!" + std::string(1000, 'x'));
    for (const std::string& file : {text, cut, folder_.file("none", "#!\n"), folder_.file("empty", "")}) {
        EXPECT_THAT(run(file, {}).output, testing::StartsWith("could not find the command '" + file + "': Permission denied"));
        EXPECT_FALSE(may_be_executed(file));
    }
}

// A name is looked up as the shell does it: what may not be executed is passed over.
TEST_F(LostPermission, IsNotGivenToWhatWasNotNamedByAPath) {
    const command what{.executable = "server.sh",
                       .arguments = {},
                       .environment = {"PATH=" + std::filesystem::path(script_).parent_path().string()},
                       .directory = {},
                       .name = {}};
    launched child;
    launch_failure failure;
    EXPECT_FALSE(launch(what, child, failure));
    EXPECT_EQ(failure.error, EACCES);
    EXPECT_FALSE(may_be_executed(script_));
}

// Whose file it is decides, not whether access checks hold for this user: so this can be seen as root too.
class ForeignLostPermission : public LostPermission {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can make another user's file";
    }

    void expect_it_runs() {
        const finished program = run(program_, {"one", "two words"});
        EXPECT_EQ(program.output, "one two words\n");
        EXPECT_EQ(program.status, 0);
        EXPECT_EQ(program.note, "is run from a copy in memory");
        const finished script = run(script_, {"one", "two words"});
        EXPECT_EQ(script.output, script_ + ": one two words\n") << "it finds what lies beside it";
        EXPECT_EQ(script.note, "is handed to its interpreter");
    }
};

TEST_F(ForeignLostPermission, IsGotAroundWithoutATrace) {
    for (const std::string& file : {script_, program_}) ASSERT_EQ(::chown(file.c_str(), nobody, nobody), 0);
    expect_it_runs();
    for (const std::string& file : {script_, program_}) EXPECT_FALSE(may_be_executed(file));
    std::size_t files = 0;
    for (const auto& each : std::filesystem::directory_iterator(std::filesystem::path(script_).parent_path())) {
        files += each.is_regular_file() ? 1U : 0U;
    }
    EXPECT_EQ(files, 2U);
}

// The same as a user for whom access checks hold, with root's files.
TEST_F(ForeignLostPermission, IsGotAroundByAUserToo) {
    const pid_t user = ::fork();
    if (user == 0) {
        const bool is_user = ::setresgid(nobody, nobody, nobody) == 0 && ::setresuid(nobody, nobody, nobody) == 0;
        // As after the exec that follows a change of user elsewhere.
        ::prctl(PR_SET_DUMPABLE, 1);
        if (is_user) expect_it_runs();
        ::_exit(is_user && !HasFailure() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(user, &status, 0), user);
    EXPECT_EQ(status, 0);
}

// Lets `start` run in a process of its own and holds the process that it forks before its first instruction, until `start` has
// returned: as if the machine were busy. The exit code of `start`'s process, which ends with `finish`; nothing if it cannot be traced.
std::optional<int> with_slow_exec(const std::function<void()>& start, const std::function<int()>& finish) {
    std::array<int, 2> go{};
    std::array<int, 2> started{};
    if (::pipe(go.data()) != 0 || ::pipe(started.data()) != 0) return std::nullopt;
    const core::unique_fd go_read(go[0]), go_write(go[1]), started_read(started[0]), started_write(started[1]);
    char byte = 0;
    const pid_t starter = ::fork();
    if (starter == 0) {
        if (::read(go_read.get(), &byte, 1) != 1) ::_exit(99);
        start();
        if (::write(started_write.get(), "x", 1) != 1) ::_exit(99);
        ::_exit(finish());
    }
    const bool is_traced = ::ptrace(PTRACE_SEIZE, starter, nullptr, PTRACE_O_TRACEFORK) == 0;
    if (::write(go_write.get(), "x", 1) != 1) return std::nullopt;
    pid_t held = -1;
    bool is_released = false;
    int status = 0;
    const test_support::deadline end(test_support::patience);
    while (!end.passed()) {
        pollfd asked{.fd = started_read.get(), .events = POLLIN, .revents = 0};
        if (!is_released && held > 0 && ::poll(&asked, 1, 1) > 0) {
            ::ptrace(PTRACE_DETACH, held, nullptr, nullptr);
            is_released = true;
        }
        const pid_t which = ::waitpid(-1, &status, WNOHANG | __WALL);
        if (which <= 0) {
            ::poll(nullptr, 0, 1);
        } else if (which != starter) {
            held = which;  // stopped at its first instruction
        } else if (WIFEXITED(status) || WIFSIGNALED(status)) {
            return is_traced ? std::optional(WIFEXITED(status) ? WEXITSTATUS(status) : 128) : std::nullopt;
        } else if (WIFSTOPPED(status)) {
            const bool is_event = status >> 16 != 0;
            ::ptrace(PTRACE_CONT, starter, nullptr, is_event ? 0 : WSTOPSIG(status));
        }
    }
    return 128;
}

// On a busy machine the new process comes to its exec long after the bridge has stopped waiting for that.
TEST_F(ForeignLostPermission, IsGotAroundByAProcessThatTakesLongToBegin) {
    ASSERT_EQ(::chown(program_.c_str(), nobody, nobody), 0);
    const command what{.executable = program_, .arguments = {"slowly"}, .environment = {"PATH=/usr/bin:/bin"}, .directory = "/", .name = {}};
    launched child;
    launch_failure failure;
    bool is_launched = false;
    const auto finish = [&] {
        int status = -1;
        if (!is_launched || child.report.get() < 0 || ::waitpid(child.pid, &status, 0) != child.pid) return 98;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
    };
    const std::optional<int> code = with_slow_exec([&] { is_launched = launch(what, child, failure); }, finish);
    if (!code) GTEST_SKIP() << "this system does not let a process be traced (ptrace), by which the test holds one";
    EXPECT_EQ(*code, 0) << "98: it was not slow; 127: it could not become its program";
}

// The system call is newer than other ones, and a filter may not know it.
TEST_F(ForeignLostPermission, IsGotAroundWhereExecveatIsForbidden) {
    ASSERT_EQ(::chown(program_.c_str(), nobody, nobody), 0);
    const pid_t filtered = ::fork();
    if (filtered == 0) {
        std::array<sock_filter, 4> rules{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
                                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
        const sock_fprog program{.len = rules.size(), .filter = rules.data()};
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) ::_exit(77);
        if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(77);
        ::_exit(run(program_, {"all", "the same"}).output == "all the same\n" ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(filtered, &status, 0), filtered);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "this system takes no filter of system calls";
    EXPECT_EQ(status, 0);
}

TEST_F(ForeignLostPermission, OfAScriptLeavesItsInterpreterItsOneArgument) {
    ASSERT_EQ(::chown(script_.c_str(), nobody, nobody), 0);
    const auto stands_for = substitute_for(script_, "./server.sh", ::geteuid());
    ASSERT_TRUE(stands_for);
    EXPECT_EQ(stands_for->file, "/bin/sh");
    EXPECT_THAT(stands_for->arguments, ElementsAre("/bin/sh", "-u", script_));
}

}  // namespace
}  // namespace bridge::process
