#include "bridge/platform/process_list.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>

namespace bridge::platform {
namespace {

std::array<char, 32> path_of(pid_t pid, const char* name) {
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "/proc/%d%s", pid, name);
    return out;
}

// A descriptor of a file or folder of a process, closed at the end.
class opened {
public:
    explicit opened(int descriptor) : descriptor_(descriptor) {}
    ~opened() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    opened(const opened&) = delete;
    opened& operator=(const opened&) = delete;

    int get() const { return descriptor_; }

private:
    int descriptor_;
};

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
bool read_stat(int file, listed_process& out) {
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

}  // namespace

void list_processes(const std::function<void(const listed_process&)>& use) {
    DIR* all = opendir("/proc");
    if (all == nullptr) return;
    while (const dirent* each = readdir(all)) {
        const std::string_view name = each->d_name;
        if (name.find_first_not_of("0123456789") != std::string_view::npos) continue;
        listed_process found{.pid = number_in<pid_t>(name)};
        const opened stat(open(path_of(found.pid, "/stat").data(), O_RDONLY | O_CLOEXEC));
        if (stat.get() >= 0 && read_stat(stat.get(), found)) use(found);
    }
    closedir(all);
}

void read_environment(pid_t pid, std::span<char> room, const std::function<bool(std::string_view)>& use) {
    const opened file(open(path_of(pid, "/environ").data(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return;
    for (;;) {
        const ssize_t count = read(file.get(), room.data(), room.size());
        if (count <= 0 || !use({room.data(), static_cast<std::size_t>(count)})) return;
    }
}

// Kills through the process's directory, which stays this process's even if another process gets its number (pidfd_send_signal(2)).
void kill_listed(pid_t pid, std::uint64_t start) {
    const opened folder(open(path_of(pid, "").data(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) return;
    const opened stat(openat(folder.get(), "stat", O_RDONLY | O_CLOEXEC));
    listed_process now;
    if (stat.get() < 0 || !read_stat(stat.get(), now) || now.start != start) return;
    syscall(SYS_pidfd_send_signal, folder.get(), SIGKILL, nullptr, 0);
}

}  // namespace bridge::platform
