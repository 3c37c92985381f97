// The watchdog: a second process that lets nothing that the bridge has started outlive its time.
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

/// The bridge's side of it. It is told of every child. When the bridge is gone, however it ended, it kills the children and
/// all that descends from them, and ends; when a child has ended, it kills what left the child's process group and lives
/// on. `watchdog_keeper` starts another one if it dies. What belongs to a child is its session, the processes with its marker in their environment, and
/// the descendants of both as long as the parents live. So the watchdog does not find a process that left the session, was orphaned, and cleared
/// its environment or changed to another user. Without /proc it finds fewer.
///
/// The watchdog is a fork and not a program of its own: a fork takes a fraction of the time in which a program starts. The bridge
/// does not adopt orphans (PR_SET_CHILD_SUBREAPER): an adopted process would not show whose it was, and would be lost again when the bridge dies,
/// which is the case that matters.
class watchdog {
public:
    /// `token` is to be this bridge's alone, of letters and digits. `title` is the memory of this program's arguments and
    /// environment: the watchdog writes its own name over it, so that it neither shows our secrets in /proc nor is found by
    /// who looks for the bridge by its command line. Empty to leave it.
    explicit watchdog(std::string token, std::span<char> title = {});

    /// The watchdog sees the end of its pipe, and ends.
    ~watchdog();
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    /// Starts the process, and tells it of all children that live; the one before must have ended. It is nobody's child:
    /// who kills the bridge and its children by looking at parents does not find it, and it leaves no zombie. False, with
    /// errno set, if that fails.
    bool start();

    /// Readable once the process has ended (a pidfd); -1 if none was started.
    int pidfd() const { return pidfd_.get(); }

    /// A child is about to be started. Its number; `marker` gives what to add to its environment.
    std::uint64_t announce();
    std::string marker(std::uint64_t child) const;

    /// It was started and leads a session and a process group of its own.
    void note_start(std::uint64_t child, pid_t leader);

    /// It was reaped, or could not be started.
    void note_end(std::uint64_t child);

    /// True from the start of a child until its end is noted.
    bool is_child(pid_t pid) const;

private:
    [[noreturn]] void become_watchdog(int notes) const;
    void tell(note_kind kind, std::uint64_t child = 0, pid_t leader = 0);

    std::string token_;
    std::span<char> title_;
    unique_fd notes_;  // the writing end
    unique_fd pidfd_;
    std::uint64_t last_child_ = 0;
    std::map<std::uint64_t, pid_t> living_;
};

/// One child as the watchdog knows it: from before its start until it is destroyed, which is to be after its end.
class watched {
public:
    /// With a null pointer nobody watches it. `by` must outlive it.
    explicit watched(watchdog* by) : by_(by), child_(by != nullptr ? by->announce() : 0) {}
    watched(watched&& other) noexcept : by_(std::exchange(other.by_, nullptr)), child_(other.child_) {}
    watched& operator=(watched&&) = delete;
    ~watched() { end(); }

    /// Adds its marker to an environment.
    void mark(std::vector<std::string>& environment) const;

    void start(pid_t leader) const {
        if (by_ != nullptr) by_->note_start(child_, leader);
    }
    void end() {
        if (by_ != nullptr) std::exchange(by_, nullptr)->note_end(child_);
    }

private:
    watchdog* by_;
    std::uint64_t child_;
};

}  // namespace bridge::process
