#include "bridge/child/process.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <boost/process/v2/process.hpp>
#include <csignal>
#include <cstring>

namespace bridge::child {
namespace {

// A larger pipe lets a large message pass with fewer switches between the two processes. Without privileges the kernel
// refuses it once the user's pipes hold too many pages; the usual 64 KiB serve then.
constexpr int pipe_bytes = 256 * 1024;

}  // namespace

std::string exit_status::text() const {
    if (WIFSIGNALED(wait_status_)) {
        const int number = WTERMSIG(wait_status_);
        return "killed by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
    }
    return "exit status " + std::to_string(WEXITSTATUS(wait_status_));
}

// Boost.Process v2 waits through a pidfd; its own launcher is not used (see launcher.hpp).
class process::handle {
public:
    handle(core::executor where, pid_t pid) : value(where, pid) {}

    boost::process::v2::basic_process<core::executor> value;
};

process::process(core::executor where, launched child)
    : pid_(child.pid),
      handle_(std::make_unique<handle>(where, child.pid)),
      input_(where, child.input.release()),
      output_(where, child.output.release()),
      errors_(where, child.errors.release()) {
    fcntl(input_.native_handle(), F_SETPIPE_SZ, pipe_bytes);
    fcntl(output_.native_handle(), F_SETPIPE_SZ, pipe_bytes);
}

std::unique_ptr<process> process::start(core::executor where, const command& what, launch_failure& failure) {
    launched child;
    if (!launch(what, child, failure)) return nullptr;
    const pid_t pid = child.pid;
    try {
        return std::unique_ptr<process>(new process(where, std::move(child)));
    } catch (const boost::system::system_error& error) {
        // No descriptor is left for the pidfd, or the system has none.
        kill(-pid, SIGKILL);
        waitpid(pid, nullptr, 0);
        failure = {.stage = "watch the process of", .error = error.code().value()};
        return nullptr;
    }
}

process::~process() {
    if (status_) return;
    // The handle's destructor reaps it.
    signal(SIGKILL);
}

core::task<void> process::wait() {
    co_await handle_->value.async_wait(core::nothrow);
    status_ = exit_status(handle_->value.native_exit_code());
    // The group outlives its leader as long as it has members, and its number is not given out again until then.
    kill(-pid_, SIGKILL);
    handle_->value.detach();
    pid_ = -1;
}

void process::signal(int number) {
    if (pid_ > 0) kill(-pid_, number);
}

}  // namespace bridge::child
