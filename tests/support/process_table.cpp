#include "tests/support/process_table.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "tests/support/deadline.hpp"
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
    const std::string text = "\n" + text_of(pid, "status");
    const auto at = text.find("\n" + key + ":");
    if (at == text.npos) return {};
    const auto begin = text.find_first_not_of(" \t", at + key.size() + 2);
    return text.substr(begin, text.find('\n', begin) - begin);
}

std::vector<pid_t> all_processes() {
    std::vector<pid_t> all;
    std::error_code ignored;
    // Stepped by hand, because ++ of the iterator throws when an entry disappears under it.
    for (std::filesystem::directory_iterator at("/proc", ignored), end; !ignored && at != end; at.increment(ignored)) {
        const std::string name = at->path().filename().string();
        if (name.find_first_not_of("0123456789") != name.npos) continue;
        all.push_back(static_cast<pid_t>(std::stol(name)));
    }
    return all;
}

}  // namespace

bool sees_protected_processes() {
    constexpr unsigned may_trace = 19;  // CAP_SYS_PTRACE
    return (std::stoull("0" + status_of(::getpid(), "CapEff"), nullptr, 16) >> may_trace & 1U) != 0;
}

bool is_running(pid_t pid) {
    const std::string state = status_of(pid, "State");
    return !state.empty() && state.front() != 'Z' && state.front() != 'X';
}

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    for (const pid_t each : all_processes()) {
        if (status_of(each, "PPid") == std::to_string(pid)) children.push_back(each);
    }
    return children;
}

void send_signal(pid_t pid, int number) {
    if (pid <= 1) throw std::invalid_argument("no process to send a signal to");
    ::kill(pid, number);
}

std::vector<pid_t> processes_with(const std::string& text) {
    std::vector<pid_t> found;
    for (const pid_t each : all_processes()) {
        if (environment_of(each).find(text) != std::string::npos) found.push_back(each);
    }
    return found;
}

pid_t watchdog_of(pid_t bridge) {
    const auto of_bridge = open_files_of(bridge);
    for (const pid_t each : all_processes()) {
        if (each == bridge || status_of(each, "Name") != "mcp-watchdog") continue;
        for (const std::string& file : open_files_of(each)) {
            if (file.starts_with("pipe:") && std::ranges::find(of_bridge, file) != of_bridge.end()) return each;
        }
    }
    return -1;
}

pid_t await_watchdog_of(pid_t bridge) {
    pid_t found = -1;
    static_cast<void>(eventually([&] { return (found = watchdog_of(bridge)) > 1; }));
    return found;
}

std::vector<std::string> open_files_of(pid_t pid) {
    std::vector<std::string> files;
    std::error_code ignored;
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    for (std::filesystem::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored)) {
        std::error_code gone;
        files.push_back(std::filesystem::read_symlink(at->path(), gone).string());
    }
    return files;
}

std::size_t descriptors_of(pid_t pid) {
    return open_files_of(pid).size();
}

std::size_t next_descriptor_of(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd/";
    std::size_t number = 0;
    std::error_code ignored;
    while (std::filesystem::is_symlink(folder + std::to_string(number), ignored)) ++number;
    return number;
}

std::string command_line_of(pid_t pid) {
    return text_of(pid, "cmdline");
}

std::string environment_of(pid_t pid) {
    return text_of(pid, "environ");
}

}  // namespace test_support
