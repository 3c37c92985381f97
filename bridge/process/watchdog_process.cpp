#include "bridge/process/watchdog_process.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "bridge/platform/process_handle.hpp"

namespace bridge::process {
namespace {

using namespace std::chrono_literals;

// The time between two sweeps for different children. One sweep serves all children that end meanwhile; with a process for each request
// there are many.
constexpr auto sweep_interval = 100ms;

// A killed process takes a moment to end, and could start another one just before.
constexpr auto again_interval = 20ms;
constexpr int most_sweeps = 25;

// One sweep that finds nothing is not enough: a process that is just executing another program (execve) shows no environment.
constexpr int enough_clean_sweeps = 2;

// The time for the last sweeps: all processes must be gone within two seconds of the bridge's end.
constexpr auto last_sweeps_time = 1500ms;
constexpr int last_sweep_interval_ms = 5;

// A child that was being started when the bridge died has no marker before its program runs. The watchdog waits this long for it.
constexpr auto start_time = 500ms;

bool is_readable(int fd) {
    pollfd asked{.fd = fd, .events = POLLIN, .revents = 0};
    return poll(&asked, 1, 0) > 0;
}

}  // namespace

// True if `entry` is this child. False if another process got its number after the child's whole session was gone.
bool watchdog_process::charge::leads(const process_entry& entry) const {
    if (entry.is_dead) return true;
    return process.get() >= 0 ? !is_readable(process.get()) : entry.child == child;
}

void watchdog_process::run() {
    while (read_notes()) {
        if (must_sweep_ && clock::now() >= next_sweep_) sweep();
        wait_for_notes();
    }
    sweep_everything();
}

// Returns false once no process can write notes any more.
bool watchdog_process::read_notes() {
    std::array<watchdog_note, 256> room{};
    for (;;) {
        const ssize_t count = read(notes_, room.data(), sizeof room);
        if (count == 0) return false;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count) / sizeof(watchdog_note); ++i) receive(room[i]);
    }
}

void watchdog_process::receive(const watchdog_note& note) {
    switch (note.kind) {
        case note_kind::announced: living_[note.child] = {.child = note.child}; break;
        case note_kind::started:
            // If there is no descriptor of the process, its marker alone identifies it.
            living_[note.child] = {.child = note.child, .leader = note.leader, .process = core::unique_fd(platform::open_process(note.leader))};
            break;
        case note_kind::ended:
            if (const auto found = living_.find(note.child); found != living_.end()) {
                ended_.push_back(std::move(found->second));
                living_.erase(found);
            }
            ask_for_sweep();
            break;
        case note_kind::all_reported:
            knows_all_ = true;
            ask_for_sweep();
            break;
    }
}

void watchdog_process::wait_for_notes() const {
    int timeout = -1;
    if (must_sweep_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_sweep_ - clock::now());
        timeout = static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
    }
    pollfd asked{.fd = notes_, .events = POLLIN, .revents = 0};
    poll(&asked, 1, timeout);
}

void watchdog_process::ask_for_sweep() {
    must_sweep_ = true;
    sweeps_ = 0;
    clean_sweeps_ = 0;
}

void watchdog_process::sweep() {
    table_.read();
    // A child is announced before it is started. So after this read, the watchdog knows every living child in the table.
    if (!read_notes()) return;
    for (process_entry& each : table_.entries()) {
        each.is_doomed = knows_all_ && each.child && !living_.contains(*each.child);
    }
    for (const charge& each : ended_) doom(each);
    table_.doom_descendants();
    clean_sweeps_ = table_.kill_doomed() == 0 ? clean_sweeps_ + 1 : 0;
    must_sweep_ = clean_sweeps_ < enough_clean_sweeps && ++sweeps_ < most_sweeps;
    if (!must_sweep_) ended_.clear();
    next_sweep_ = clock::now() + (clean_sweeps_ == 0 ? again_interval : sweep_interval);
}

void watchdog_process::sweep_everything() {
    const auto begin = clock::now();
    const auto deadline = begin + last_sweeps_time;
    const auto least = has_starting() ? begin + start_time : begin;
    for (int clean_sweeps = 0;;) {
        // Reads the table before anything is killed: the end of a parent cuts the link to a descendant that left the session.
        table_.read();
        for (process_entry& each : table_.entries()) each.is_doomed = each.child.has_value();
        for (const auto& [number, each] : living_) doom(each);
        for (const charge& each : ended_) doom(each);
        table_.doom_descendants();
        clean_sweeps = table_.kill_doomed() == 0 ? clean_sweeps + 1 : 0;
        const auto now = clock::now();
        if ((clean_sweeps >= enough_clean_sweeps && now >= least) || now >= deadline) return;
        poll(nullptr, 0, last_sweep_interval_ms);
    }
}

// Dooms the child itself and all processes of its session.
void watchdog_process::doom(const charge& target) {
    if (target.leader <= 0) return;
    const process_entry* leader = table_.find(target.leader);
    if (leader != nullptr && !target.leads(*leader)) return;
    for (process_entry& each : table_.entries()) {
        if (each.session == target.leader || each.pid == target.leader) each.is_doomed = true;
    }
}

bool watchdog_process::has_starting() const {
    return std::ranges::any_of(living_, [](const auto& each) { return each.second.leader == 0; });
}

}  // namespace bridge::process
