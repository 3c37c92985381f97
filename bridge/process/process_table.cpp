#include "bridge/process/process_table.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "bridge/process/launcher.hpp"

namespace bridge::process {
namespace {

// The most digits of a child's number, and the zero byte behind them.
constexpr std::size_t number_bytes = 21;

// An environment is read in pieces of this size; nearly all fit in one.
constexpr std::size_t piece_bytes = 32 * 1024;

std::array<char, 32> path_of(pid_t pid, const char* name) {
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "/proc/%d%s", pid, name);
    return out;
}

// Returns field `index` of /proc/PID/stat, counted as in proc(5). Works only for the fields behind the name (2), because the name can
// contain spaces and parentheses.
std::string_view field(std::string_view stat, int index) {
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) return {};
    std::string_view rest = stat.substr(name_end + 1);
    for (int at = 2; at < index; ++at) {
        const std::size_t space = rest.find(' ', 1);
        if (space == std::string_view::npos) return {};
        if (at + 1 == index) return rest.substr(1, space - 1);
        rest.remove_prefix(space);
    }
    return {};
}

template <class Number>
Number number_in(std::string_view text) {
    Number out{};
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

// Returns false if the process is gone or hidden.
bool read_stat(int file, process_entry& out) {
    std::array<char, 1024> room{};
    const ssize_t count = read(file, room.data(), room.size());
    if (count <= 0) return false;
    const std::string_view stat(room.data(), static_cast<std::size_t>(count));
    const std::string_view state = field(stat, 3);
    out.is_dead = state == "Z" || state == "X";
    out.parent = number_in<pid_t>(field(stat, 4));
    out.session = number_in<pid_t>(field(stat, 6));
    out.start = number_in<std::uint64_t>(field(stat, 22));
    return !state.empty();
}

// Kills through the process's directory, which stays this process's even if another process gets its number (pidfd_send_signal(2)).
void kill_exactly(const process_entry& entry) {
    const core::unique_fd folder(open(path_of(entry.pid, "").data(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) return;
    const core::unique_fd stat(openat(folder.get(), "stat", O_RDONLY | O_CLOEXEC));
    process_entry now;
    if (stat.get() < 0 || !read_stat(stat.get(), now) || now.start != entry.start) return;
    syscall(SYS_pidfd_send_signal, folder.get(), SIGKILL, nullptr, 0);
}

}  // namespace

process_table::process_table(std::string_view token) : buffer_(piece_bytes, '\0') {
    needle_ += '\0';
    needle_ += marker_variable;
    needle_ += '=';
    needle_ += token;
    needle_ += '.';
}

void process_table::read() {
    entries_.clear();
    DIR* all = opendir("/proc");
    if (all == nullptr) return;
    while (const dirent* each = readdir(all)) {
        const std::string_view name = each->d_name;
        if (name.find_first_not_of("0123456789") == std::string_view::npos) read_process(number_in<pid_t>(name));
    }
    closedir(all);
    std::ranges::sort(entries_, {}, &process_entry::pid);
}

void process_table::read_process(pid_t pid) {
    // The first process and this process are never killed.
    if (pid <= 1 || pid == getpid()) return;
    const core::unique_fd stat(open(path_of(pid, "/stat").data(), O_RDONLY | O_CLOEXEC));
    process_entry out;
    out.pid = pid;
    if (stat.get() < 0 || !read_stat(stat.get(), out)) return;
    if (!out.is_dead) out.child = read_marker(pid);
    entries_.push_back(out);
}

std::optional<std::uint64_t> process_table::read_marker(pid_t pid) {
    const core::unique_fd file(open(path_of(pid, "/environ").data(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return std::nullopt;
    // A zero byte before the first variable, which has none in the file.
    buffer_[0] = '\0';
    std::size_t filled = 1;
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer_.data() + filled, buffer_.size() - filled);
        if (count > 0) filled += static_cast<std::size_t>(count);
        const bool is_end = count <= 0;
        const std::string_view text(buffer_.data(), filled);
        const std::size_t at = text.find(needle_);
        const std::size_t begin = at + needle_.size();
        if (at != std::string_view::npos && (is_end || filled - begin >= number_bytes)) {
            return number_in<std::uint64_t>(text.substr(begin));
        }
        if (is_end) return std::nullopt;
        // Moves the last bytes, which may hold the beginning of the marker, to the front once the buffer is full.
        const std::size_t kept = std::min(filled, needle_.size() + number_bytes);
        if (filled == buffer_.size()) {
            std::memmove(buffer_.data(), buffer_.data() + filled - kept, kept);
            filled = kept;
        }
    }
}

const process_entry* process_table::find(pid_t pid) const {
    const auto found = std::ranges::lower_bound(entries_, pid, {}, &process_entry::pid);
    return found != entries_.end() && found->pid == pid ? &*found : nullptr;
}

void process_table::doom_descendants() {
    // A child has a greater number than its parent, unless the numbers have begun anew. So one pass is nearly always enough.
    for (bool grows = true; grows;) {
        grows = false;
        for (process_entry& each : entries_) {
            const process_entry* parent = each.is_doomed ? nullptr : find(each.parent);
            if (parent == nullptr || !parent->is_doomed) continue;
            each.is_doomed = true;
            grows = true;
        }
    }
}

std::size_t process_table::kill_doomed() const {
    std::size_t out = 0;
    for (const process_entry& each : entries_) {
        if (!each.is_doomed || each.is_dead) continue;
        kill_exactly(each);
        ++out;
    }
    return out;
}

}  // namespace bridge::process
