// The watchdog: a second process that ends all processes that the bridge started, at the latest when the bridge ends.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "bridge/process/launcher.hpp"
#include "bridge/process/watchdog_note.hpp"

namespace bridge::process {

/// The bridge's side of the watchdog. The bridge reports every child to it. When the bridge is gone, however it ended, the watchdog kills
/// the children and all their descendants, and ends. When a child has ended, the watchdog kills descendants that left the child's process
/// group and live on. `watchdog_keeper` starts another watchdog if this one dies. A child's descendants are its session, the processes with
/// its marker in their environment, and the descendants of both as long as the parents live. So the watchdog does not find a process that
/// left the session, was orphaned, and cleared its environment or changed to another user. Without /proc it finds fewer.
///
/// The watchdog is a fork and not a program of its own: a fork takes a fraction of the time in which a program starts. The bridge does not
/// adopt orphans (PR_SET_CHILD_SUBREAPER): an adopted process would not show its origin, and would be lost again when the bridge dies, which
/// is the case that matters.
class watchdog {
public:
    /// `token` must be unique to this bridge and consist of letters and digits. `title` is the memory of this program's arguments and
    /// environment. The watchdog overwrites it with its own name, so that /proc shows none of the bridge's secrets for it, and a search for
    /// the bridge's command line does not find it. An empty `title` overwrites nothing.
    explicit watchdog(std::string token, std::span<char> title = {});

    /// Closes the pipe. The watchdog process sees the end of the pipe, and ends.
    ~watchdog();
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    /// Starts the process, and reports all living children to it. The previous watchdog process must have ended. The new process is an
    /// orphan: a program that kills the bridge and its children by looking at parents does not find it, and it leaves no zombie. Returns
    /// false, with errno set, on failure.
    bool start();

    /// A pidfd, readable once the process has ended; -1 if none was started.
    int pidfd() const { return pidfd_.get(); }

    /// Announces a child that is about to be started, and returns its number. `marker` returns the variable to add to its environment.
    std::uint64_t announce();
    std::string marker(std::uint64_t child) const;

    /// Reports that the child was started. It leads a session and a process group of its own.
    void report_start(std::uint64_t child, pid_t leader);

    /// Reports that the child was reaped, or could not be started.
    void report_end(std::uint64_t child);

    /// True from the start of a child until its end is reported.
    bool is_child(pid_t pid) const;

private:
    [[noreturn]] void become_watchdog(int notes) const;
    void write_note(note_kind kind, std::uint64_t child = 0, pid_t leader = 0);

    std::string token_;
    std::span<char> title_;
    core::unique_fd notes_;  // the write end
    core::unique_fd pidfd_;
    std::uint64_t last_child_ = 0;
    std::map<std::uint64_t, pid_t> living_;
};

/// The registration of one child at the watchdog. Create it before the child starts, and destroy it after the child has ended.
class watched {
public:
    /// With a null pointer there is no watchdog. `guard` must outlive this object.
    explicit watched(watchdog* guard) : by_(guard), child_(guard != nullptr ? guard->announce() : 0) {}
    watched(watched&& other) noexcept : by_(std::exchange(other.by_, nullptr)), child_(other.child_) {}
    watched& operator=(watched&&) = delete;
    ~watched() { end(); }

    /// Adds the child's marker to an environment.
    void mark(std::vector<std::string>& environment) const;

    void start(pid_t leader) const {
        if (by_ != nullptr) by_->report_start(child_, leader);
    }
    void end() {
        if (by_ != nullptr) std::exchange(by_, nullptr)->report_end(child_);
    }

private:
    watchdog* by_;
    std::uint64_t child_;
};

}  // namespace bridge::process
