#include "tests/support/process_table.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace test_support {
namespace {

std::string text_of(pid_t pid, const std::string& name) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
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
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != name.npos) continue;
        const auto other = static_cast<pid_t>(std::stol(name));
        if (status_of(other, "PPid") == std::to_string(pid)) children.push_back(other);
    }
    return children;
}

std::size_t descriptors_of(pid_t pid) {
    std::error_code ignored;
    const std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid) + "/fd", ignored);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::string command_line_of(pid_t pid) {
    return text_of(pid, "cmdline");
}

std::string environment_of(pid_t pid) {
    return text_of(pid, "environ");
}

}  // namespace test_support
