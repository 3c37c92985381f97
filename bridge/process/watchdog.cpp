#include "bridge/process/watchdog.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "bridge/platform/new_process.hpp"
#include "bridge/platform/pipe.hpp"
#include "bridge/platform/process_handle.hpp"
#include "bridge/platform/this_process.hpp"
#include "bridge/process/forking.hpp"
#include "bridge/process/process_table.hpp"
#include "bridge/process/watchdog_process.hpp"

namespace bridge::process {
namespace {

constexpr std::string_view name = "mcp-watchdog";

// Room for 65536 notes: for all children at once, even if a machine could run that many. Without privileges the kernel may refuse the size.
// The usual 4096 notes serve then.
constexpr int pipe_bytes = 1024 * 1024;

// The descriptor of the pipe in the watchdog process.
constexpr int notes_descriptor = 3;

bool make_pipe(core::unique_fd& read, core::unique_fd& write, platform::waiting calls) {
    std::array<int, 2> fds{};
    if (!platform::make_pipe(fds, calls)) return false;
    read = core::unique_fd(fds[0]);
    write = core::unique_fd(fds[1]);
    return true;
}

// Closes everything else. If the watchdog held the bridge's output, a reader that waits for its end would wait for the watchdog too.
void keep_only(int notes) {
    const int nothing = open("/dev/null", O_RDWR);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) dup2(nothing, fd);
    dup2(notes, notes_descriptor);
    platform::close_from(notes_descriptor + 1);
}

// The new process has default dispositions, and every signal stays blocked in it and in its own forks. Signals to the terminal's foreground
// group are for the bridge, which ends its children in order. Only KILL ends the watchdog.
pid_t fork_without_signals() {
    blocked_signals while_forking;
    const pid_t out = fork();
    if (out == 0) {
        reset_signal_handlers();
        while_forking.keep();
    }
    return out;
}

}  // namespace

watchdog::watchdog(std::string token, std::span<char> title) : token_(std::move(token)), title_(title) {}

watchdog::~watchdog() = default;

bool watchdog::start() {
    core::unique_fd notes;
    core::unique_fd report;
    core::unique_fd answer;
    notes_ = core::unique_fd();
    pidfd_ = core::unique_fd();
    if (!make_pipe(notes, notes_, platform::waiting::no) || !make_pipe(report, answer, platform::waiting::yes)) return false;
    platform::widen_pipe(notes_.get(), pipe_bytes);
    // A process between the two forks leads the new session and ends at once. That makes the watchdog an orphan.
    const pid_t between = fork_without_signals();
    if (between < 0) return false;
    if (between == 0) {
        setsid();
        const pid_t made = fork();
        if (made == 0) become_watchdog(notes.get());
        const int outcome = made > 0 ? static_cast<int>(made) : -errno;
        _exit(write(answer.get(), &outcome, sizeof outcome) == sizeof outcome ? 0 : 1);
    }
    while (waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
    }
    answer = core::unique_fd();
    int outcome = -ECHILD;
    if (read(report.get(), &outcome, sizeof outcome) != sizeof outcome || outcome < 0) {
        errno = -outcome;
        return false;
    }
    pidfd_ = core::unique_fd(platform::open_process(outcome));
    if (pidfd_.get() < 0) return false;
    for (const auto& [child, leader] : living_) write_note(leader > 0 ? note_kind::started : note_kind::announced, child, leader);
    write_note(note_kind::all_reported);
    return true;
}

void watchdog::become_watchdog(int notes) const {
    keep_only(notes);
    if (chdir("/") != 0) _exit(1);
    const std::string token = token_;
    std::ranges::fill(title_, '\0');
    std::ranges::copy(name.substr(0, title_.size()), title_.begin());
    platform::set_name(name.data());
    try {
        watchdog_process(notes_descriptor, token).run();
    } catch (...) {
        // Out of memory. The stack frames above belong to the bridge and must not be unwound a second time.
        _exit(1);
    }
    _exit(0);
}

std::uint64_t watchdog::announce() {
    living_[++last_child_] = 0;
    write_note(note_kind::announced, last_child_);
    return last_child_;
}

std::string watchdog::marker(std::uint64_t child) const {
    return std::string(marker_variable) + '=' + token_ + '.' + std::to_string(child);
}

void watchdog::report_start(std::uint64_t child, pid_t leader) {
    living_[child] = leader;
    write_note(note_kind::started, child, leader);
}

void watchdog::report_end(std::uint64_t child) {
    living_.erase(child);
    write_note(note_kind::ended, child);
}

bool watchdog::is_child(pid_t pid) const {
    return std::ranges::any_of(living_, [pid](const auto& each) { return each.second == pid; });
}

void watchdog::write_note(note_kind kind, std::uint64_t child, pid_t leader) {
    if (pidfd_.get() < 0) return;
    const watchdog_note note{.kind = kind, .leader = leader, .child = child};
    if (write(notes_.get(), &note, sizeof note) == sizeof note || errno == EPIPE) return;
    // The watchdog is stalled and would miss this note, so it is killed. Its successor gets reports of all children anew. It must be dead
    // before its pipe is closed, because it would treat the closing as the end of the bridge.
    platform::kill_process(pidfd_.get());
}

void watched::mark(std::vector<std::string>& environment) const {
    if (by_ == nullptr) return;
    std::erase_if(environment,
                  [](std::string_view each) { return each.starts_with(marker_variable) && each.substr(marker_variable.size()).starts_with('='); });
    environment.push_back(by_->marker(child_));
}

}  // namespace bridge::process
