#include "bridge/process/executable_search.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace bridge::process {
namespace {

bool is_executable_file(const std::string& path) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) return false;
    if (!S_ISREG(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : EACCES;
        return false;
    }
    return access(path.c_str(), X_OK) == 0;
}

std::string_view path_of(const command& child_command) {
    for (const std::string& variable : child_command.environment) {
        if (variable.starts_with("PATH=")) return std::string_view(variable).substr(5);
    }
    return "/usr/local/bin:/usr/bin:/bin";
}

}  // namespace

bool is_path(const command& child_command) {
    return child_command.executable.find('/') != std::string::npos;
}

std::string absolute(const std::string& path) {
    if (path.starts_with('/')) return path;
    std::array<char, 4096> here{};
    if (getcwd(here.data(), here.size()) == nullptr) return {};
    return std::string(here.data()) + '/' + path;
}

std::string find_executable(const command& child_command) {
    if (is_path(child_command)) return is_executable_file(child_command.executable) ? absolute(child_command.executable) : std::string();
    int error = ENOENT;
    std::string_view rest = path_of(child_command);
    while (!rest.empty()) {
        const std::size_t colon = rest.find(':');
        const std::string_view folder = rest.substr(0, colon);
        std::string candidate = std::string(folder.empty() ? "." : folder) + '/' + child_command.executable;
        if (is_executable_file(candidate)) return candidate;
        if (errno == EACCES) error = EACCES;
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    errno = error;
    return {};
}

int directory_error(const std::string& path) {
    struct stat info {};
    if (path.empty()) return 0;
    if (stat(path.c_str(), &info) != 0) return errno;
    if (!S_ISDIR(info.st_mode)) return ENOTDIR;
    return access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

}  // namespace bridge::process
