// A running child process.
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

/// How a process ended.
class exit_status {
public:
    /// `wait_status` as waitpid gives it; `exec_failure` says why it could not become its program, if so.
    explicit exit_status(int wait_status, std::string exec_failure = {})
        : wait_status_(wait_status), exec_failure_(std::move(exec_failure)) {}

    /// "exit status 3", "killed by signal 9 (Killed)" or "could not start the command 'x': Permission denied". The exit code alone
    /// would not tell them apart.
    std::string text() const;

private:
    int wait_status_;
    std::string exec_failure_;
};

/// Owns a child process and our ends of its pipes. Destroying it kills the whole process group at once; `link` ends a
/// child politely before that.
class child_process {
public:
    using input_pipe = boost::asio::basic_writable_pipe<core::executor>;
    using output_pipe = boost::asio::basic_readable_pipe<core::executor>;

    /// Starts `what`, with its guard's marker in the environment if it has a guard; null, with `failure` filled, if that fails.
    static std::unique_ptr<child_process> start(core::executor where, const command& what, launch_failure& failure);
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    /// Returns once the process has ended and was reaped, and what is left of its group was killed. To be awaited once.
    core::task<void> wait();

    /// Empty while it runs.
    const std::optional<exit_status>& status() const { return status_; }

    /// Sends a signal to every process of the group, or to it alone if it does not lead one yet; nothing once it has ended.
    void signal(int number);

    pid_t pid() const { return pid_; }

    /// What had to be done so that it could be started; empty if nothing.
    const std::string& note() const { return note_; }
    /// In non-blocking mode.
    input_pipe& input() { return input_; }
    output_pipe& output() { return output_; }
    output_pipe& errors() { return errors_; }

private:
    class handle;

    child_process(core::executor where, launched child, watched guarded, std::string executable);

    pid_t pid_;
    watched guarded_;  // outlives the handle, which may have to reap the process
    std::string note_;
    std::unique_ptr<handle> handle_;
    input_pipe input_;
    output_pipe output_;
    output_pipe errors_;
    unique_fd report_;  // if it may still fail to become its program
    std::string executable_;
    std::optional<exit_status> status_;
};

}  // namespace bridge::process
