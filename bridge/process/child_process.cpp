#include "bridge/process/child_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/process/v2/process.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "bridge/core/loop_watch.hpp"
#include "bridge/platform/pipe.hpp"
#include "bridge/platform/process_handle.hpp"
#include "bridge/process/spawn.hpp"

namespace bridge::process {
namespace {

// A larger pipe lets a large message pass with fewer switches between the two processes. The kernel refuses the size to unprivileged users
// whose pipes already hold too many pages. The usual 64 KiB serve then.
constexpr int pipe_bytes = 256 * 1024;

// True if the process has ended; does not reap it. Also true if the process is not a child of this one.
bool has_ended(pid_t pid) {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

}  // namespace

std::string exit_status::text() const {
    if (!exec_failure_.empty()) return exec_failure_;
    if (WIFSIGNALED(wait_status_)) {
        const int number = WTERMSIG(wait_status_);
        return "killed by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
    }
    return "exit status " + std::to_string(WEXITSTATUS(wait_status_));
}

// Boost.Process v2 only reads the status of the process and ends it if necessary. The bridge does not use its launcher (see launcher.hpp)
// and its wait (see `child_process::wait`).
class child_process::handle {
public:
    handle(core::executor loop_executor, pid_t pid) : value(loop_executor, pid), ended(loop_executor) {
        core::unique_fd made(platform::open_process(pid));
        if (made.get() < 0) throw boost::system::system_error(errno, boost::system::system_category());
        ended.assign(made.get());
        made.release();
    }

    boost::process::v2::basic_process<core::executor> value;
    boost::asio::posix::basic_stream_descriptor<core::executor> ended;  // readable after the process has ended
};

child_process::child_process(core::executor loop_executor, launched child, watched guarded, std::string executable)
    : pid_(child.pid), guarded_(std::move(guarded)), note_(std::move(child.note)), handle_(std::make_unique<handle>(loop_executor, child.pid)),
      input_(loop_executor, child.input.release()), output_(loop_executor, child.output.release()), errors_(loop_executor, child.errors.release()),
      report_(std::move(child.report)), executable_(std::move(executable)) {
    // The link also writes to the pipe directly, without Asio.
    fcntl(input_.native_handle(), F_SETFL, O_WRONLY | O_NONBLOCK);
    platform::widen_pipe(input_.native_handle(), pipe_bytes);
    platform::widen_pipe(output_.native_handle(), pipe_bytes);
}

std::unique_ptr<child_process> child_process::start(core::executor loop_executor, const command& child_command, launch_failure& failure) {
    watched guarded(child_command.guard);
    command marked = child_command;
    guarded.mark(marked.environment);
    launched child;
    const core::long_step_scope scope(core::long_step::start_process);
    if (!launch(marked, child, failure)) return nullptr;
    const pid_t pid = child.pid;
    guarded.start(pid);
    try {
        return std::unique_ptr<child_process>(new child_process(loop_executor, std::move(child), std::move(guarded), child_command.executable));
    } catch (const boost::system::system_error& error) {
        // No descriptor is left, or the system has none for processes.
        kill(pid, SIGKILL);
        kill(-pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        failure = {.stage = "watch the process of", .error = error.code().value()};
        return nullptr;
    }
}

child_process::~child_process() {
    if (status_) return;
    const core::long_step_scope scope(core::long_step::end_process);
    // The handle's destructor reaps the process.
    signal(SIGKILL);
    handle_.reset();
}

core::task<void> child_process::wait() {
    // A readable descriptor is only a reason to check. Asio can wake a waiter with an event of another descriptor: one that was closed in this
    // turn of the loop and whose state the new descriptor received. Boost.Process 1.81 would then block in waitpid, and the whole bridge
    // with it.
    while (!has_ended(pid_)) {
        const auto [failed] = co_await handle_->ended.async_wait(boost::asio::posix::descriptor_base::wait_read, core::nothrow);
        if (failed) co_return;
    }
    // Kill the group before reaping the process: until then no other process and no other group can have its number.
    kill(-pid_, SIGKILL);
    boost::system::error_code error;
    handle_->value.running(error);  // reaps the process
    spawn_outcome begun{};
    if (report_.get() >= 0) begun = read_report(report_, std::chrono::milliseconds(0)).value_or(begun);
    status_ = exit_status(handle_->value.native_exit_code(), begun.error == 0 ? std::string() : failure_of(begun).text(executable_));
    // The watchdog ends the other descendants.
    guarded_.end();
    handle_->value.detach();
    handle_->ended.close(error);
    pid_ = -1;
}

bool child_process::has_read_input() {
    return platform::unread_bytes(input_.native_handle()).value_or(0) == 0;
}

void child_process::signal(int number) {
    if (pid_ > 0 && kill(-pid_, number) != 0 && errno == ESRCH) kill(pid_, number);
}

}  // namespace bridge::process
