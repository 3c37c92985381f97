// Promise: a server whose program cannot be read for now (it lies on a slow disk) holds up nobody but those who wait for it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/unique_fd.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

/// A program that nobody can open, and so nobody can execute, as long as this lives and `release` was not called: such an attempt
/// waits (fcntl(2), "Leases"). The system ends that by itself after /proc/sys/fs/lease-break-time, usually 45 s.
class held_program {
public:
    explicit held_program(const std::string& file) {
        std::signal(SIGIO, SIG_IGN);  // says that somebody waits
        file_ = unique_fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        is_held_ = ::fcntl(file_.get(), F_SETLEASE, F_WRLCK) == 0;
    }
    ~held_program() { release(); }
    held_program(const held_program&) = delete;
    held_program& operator=(const held_program&) = delete;

    bool is_held() const { return is_held_; }
    void release() const { ::fcntl(file_.get(), F_SETLEASE, F_UNLCK); }

private:
    unique_fd file_;
    bool is_held_ = false;
};

class slow_start : public testing::Test {
protected:
    /// Holds the program at `file_`, which must be there.
    void hold() {
        held_.emplace(file_);
        if (!held_->is_held())
            GTEST_SKIP() << "this file system gives no leases, by which the test holds a file; set TMPDIR to one that does (ext4, xfs, tmpfs)";
    }
    /// Releases it once the bridge has begun to start it and has held nobody up; what the first client is told then.
    mcp_answer first_answer(const bridge_process& bridge) const {
        mcp_session session(bridge.port());
        http_client opening = session.begin("initialize", R"({"protocolVersion":"2025-11-25","capabilities":{}})");
        EXPECT_TRUE(bridge.logs("started, process"));
        for (int i = 0; i < 20; ++i) EXPECT_EQ(bridge.connect().request("GET", "/healthz", {}, {}, 2s).status, 200);
        EXPECT_EQ(bridge.connect().get("/readyz").status, 503);
        held_->release();
        return read_answer(opening, session.last_request_id());
    }

    const temp_folder folder_;
    const std::string file_ = folder_.path("server");
    std::optional<held_program> held_;
};

TEST_F(slow_start, serves_those_who_waited_once_the_program_can_be_read) {
    std::filesystem::copy_file(fixture_binary(), file_);
    hold();
    if (IsSkipped()) return;
    bridge_process bridge({.server = {file_}});
    EXPECT_NE(first_answer(bridge).at("result"), "");
    EXPECT_EQ(mcp_session(bridge.port()).open().call("echo").text(), "ok");
    EXPECT_EQ(bridge.stop(), clean_exit);
}

TEST_F(slow_start, says_late_why_the_program_cannot_be_executed) {
    folder_.file("server", "no program");
    ::chmod(file_.c_str(), 0755);
    hold();
    if (IsSkipped()) return;
    const bridge_process bridge({.server = {file_}});
    EXPECT_THAT(error_text(first_answer(bridge).message), HasSubstr("could not start the command '" + file_ + "': Exec format error"));
}

TEST_F(slow_start, is_given_up_after_the_time_for_a_start) {
    std::filesystem::copy_file(fixture_binary(), file_);
    hold();
    if (IsSkipped()) return;
    bridge_process bridge({.arguments = {"--start-timeout", "0.5", "--stop-grace", "0.2"}, .server = {file_}});
    EXPECT_THAT(error_text(mcp_session(bridge.port()).initialize().message), HasSubstr("did not answer initialize in time"));
    const auto hanging = children_of(bridge.pid());
    EXPECT_EQ(bridge.stop(), clean_exit);
    for (const pid_t each : hanging) EXPECT_FALSE(is_running(each));
}

}  // namespace
}  // namespace e2e
