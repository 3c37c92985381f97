#include "tests/support/process_table.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "tests/support/unique_fd.hpp"

namespace test_support {
namespace {

// Read by system calls: a stream throws when the process ends between open and read (ESRCH), which is nothing special here.
std::string text_of(pid_t pid, const std::string& name) {
    const unique_fd file(::open(("/proc/" + std::to_string(pid) + "/" + name).c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> part{};
    ssize_t count = 0;
    while (file.get() >= 0 && (count = ::read(file.get(), part.data(), part.size())) > 0) {
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
}

/// The value of a line `key: value` of /proc/PID/status; empty if the process is gone.
std::string status_of(pid_t pid, const std::string& key) {
    const std::string text = text_of(pid, "status");
    const auto at = text.find("\n" + key + ":");
    if (at == text.npos) return {};
    const auto begin = text.find_first_not_of(" \t", at + key.size() + 2);
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

bool is_running(pid_t pid) {
    const std::string state = status_of(pid, "State");
    return !state.empty() && state.front() != 'Z' && state.front() != 'X';
}

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    std::error_code ignored;
    // Stepped by hand, because ++ of the iterator throws when an entry disappears under it.
    for (std::filesystem::directory_iterator at("/proc", ignored), end; !ignored && at != end; at.increment(ignored)) {
        const std::string name = at->path().filename().string();
        if (name.find_first_not_of("0123456789") != name.npos) continue;
        const auto other = static_cast<pid_t>(std::stol(name));
        if (status_of(other, "PPid") == std::to_string(pid)) children.push_back(other);
    }
    return children;
}

std::size_t descriptors_of(pid_t pid) {
    std::error_code ignored;
    std::size_t count = 0;
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    for (std::filesystem::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored)) ++count;
    return count;
}

std::string command_line_of(pid_t pid) {
    return text_of(pid, "cmdline");
}

std::string environment_of(pid_t pid) {
    return text_of(pid, "environ");
}

}  // namespace test_support
