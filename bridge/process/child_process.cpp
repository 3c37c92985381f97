#include "bridge/process/child_process.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/process/v2/process.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "bridge/core/loop_watch.hpp"
#include "bridge/process/spawn.hpp"

namespace bridge::process {
namespace {

// A larger pipe lets a large message pass with fewer switches between the two processes. Without privileges the kernel
// refuses it once the user's pipes hold too many pages; the usual 64 KiB serve then.
constexpr int pipe_bytes = 256 * 1024;

// True once the process has ended; it is not reaped. True too if it is not ours to wait for.
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

// Boost.Process v2 asks for the process's status and ends it if need be; its own launcher is not used (see launcher.hpp), and
// neither is its wait: see `child_process::wait`.
class child_process::handle {
public:
    handle(core::executor where, pid_t pid) : value(where, pid), ended(where) {
        unique_fd made(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
        if (made.get() < 0) throw boost::system::system_error(errno, boost::system::system_category());
        ended.assign(made.get());
        made.release();
    }

    boost::process::v2::basic_process<core::executor> value;
    boost::asio::posix::basic_stream_descriptor<core::executor> ended;  // a pidfd: readable when the process has ended
};

child_process::child_process(core::executor where, launched child, watched guarded, std::string executable)
    : pid_(child.pid),
      guarded_(std::move(guarded)),
      note_(std::move(child.note)),
      handle_(std::make_unique<handle>(where, child.pid)),
      input_(where, child.input.release()),
      output_(where, child.output.release()),
      errors_(where, child.errors.release()),
      report_(std::move(child.report)),
      executable_(std::move(executable)) {
    // The link writes to it directly too.
    fcntl(input_.native_handle(), F_SETFL, O_WRONLY | O_NONBLOCK);
    fcntl(input_.native_handle(), F_SETPIPE_SZ, pipe_bytes);
    fcntl(output_.native_handle(), F_SETPIPE_SZ, pipe_bytes);
}

std::unique_ptr<child_process> child_process::start(core::executor where, const command& what, launch_failure& failure) {
    watched guarded(what.guard);
    command marked = what;
    guarded.mark(marked.environment);
    launched child;
    const core::long_step_scope scope(core::long_step::start_process);
    if (!launch(marked, child, failure)) return nullptr;
    const pid_t pid = child.pid;
    guarded.start(pid);
    try {
        return std::unique_ptr<child_process>(new child_process(where, std::move(child), std::move(guarded), what.executable));
    } catch (const boost::system::system_error& error) {
        // No descriptor is left for the pidfd, or the system has none.
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
    // The handle's destructor reaps it.
    signal(SIGKILL);
    handle_.reset();
}

core::task<void> child_process::wait() {
    // That the pidfd is readable is only a reason to look. Asio can wake a waiter for an event of a descriptor that was closed
    // in the same turn of the loop and whose state the new one was given; Boost.Process 1.81 then blocks in waitpid, and with
    // it the whole bridge.
    while (!has_ended(pid_)) {
        const auto [failed] =
            co_await handle_->ended.async_wait(boost::asio::posix::descriptor_base::wait_read, core::nothrow);
        if (failed) co_return;
    }
    // Before it is reaped: until then its number can be neither another process's nor another group's.
    kill(-pid_, SIGKILL);
    boost::system::error_code error;
    handle_->value.running(error);  // reaps it
    spawn_outcome begun{};
    if (report_.get() >= 0) begun = read_report(report_, std::chrono::milliseconds(0)).value_or(begun);
    status_ = exit_status(handle_->value.native_exit_code(), begun.error == 0 ? std::string() : failure_of(begun).text(executable_));
    // The rest of its family is the watchdog's.
    guarded_.end();
    handle_->value.detach();
    handle_->ended.close(error);
    pid_ = -1;
}

void child_process::signal(int number) {
    if (pid_ > 0 && kill(-pid_, number) != 0 && errno == ESRCH) kill(pid_, number);
}

}  // namespace bridge::process
