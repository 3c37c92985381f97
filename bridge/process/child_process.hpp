// A running child process and its pipes.
#pragma once

#include <sys/types.h>

#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <memory>
#include <optional>
#include <string>

#include "bridge/core/async.hpp"
#include "bridge/process/command.hpp"
#include "bridge/process/launcher.hpp"
#include "bridge/process/watchdog.hpp"

namespace bridge::process {

/// The way in which a process ended.
class exit_status {
public:
    /// `wait_status` is the status from waitpid. `exec_failure` is the reason why the process could not execute its program, if it could
    /// not.
    explicit exit_status(int wait_status, std::string exec_failure = {}) : wait_status_(wait_status), exec_failure_(std::move(exec_failure)) {}

    /// Returns "exit status 3", "killed by signal 9 (Killed)" or "could not start the command 'x': Permission denied". The exit code alone
    /// would not distinguish these cases.
    std::string text() const;

private:
    int wait_status_;
    std::string exec_failure_;
};

/// Owns a child process and the bridge's ends of its pipes. The destructor kills the whole process group at once. `link` stops a child in
/// an orderly way before that.
class child_process {
public:
    using input_pipe = boost::asio::basic_writable_pipe<core::executor>;
    using output_pipe = boost::asio::basic_readable_pipe<core::executor>;

    /// Starts the command. If the command has a guard, adds the guard's marker to the environment. On failure returns null and fills
    /// `failure`.
    static std::unique_ptr<child_process> start(core::executor loop_executor, const command& child_command, launch_failure& failure);
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    /// Returns after the process has ended and was reaped, and the rest of its group was killed. Await it once.
    core::task<void> wait();

    /// The exit status; empty while the process runs.
    const std::optional<exit_status>& status() const { return status_; }

    /// Sends a signal to every process of the group, or only to the child if it does not lead a group yet. Sends nothing after the child
    /// has ended.
    void signal(int number);

    pid_t pid() const { return pid_; }

    /// The workaround that was needed to start the child (`launched::note`); empty if none was needed.
    const std::string& note() const { return note_; }
    /// True if the process, or one that it has started, has read all that was written to `input`, as far as the system knows. That can be asked after
    /// the end of the process, too, because the pipe keeps the rest.
    bool has_read_input();

    /// The pipes are in non-blocking mode.
    input_pipe& input() { return input_; }
    output_pipe& output() { return output_; }
    output_pipe& errors() { return errors_; }

private:
    class handle;

    child_process(core::executor loop_executor, launched child, watched guarded, std::string executable);

    pid_t pid_;
    watched guarded_;  // outlives the handle, which may have to reap the process
    std::string note_;
    std::unique_ptr<handle> handle_;
    input_pipe input_;
    output_pipe output_;
    output_pipe errors_;
    core::unique_fd report_;  // open while the process may still fail to execute its program
    std::string executable_;
    std::optional<exit_status> status_;
};

}  // namespace bridge::process
