#include "bridge/process/lost_permission.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>

#include "bridge/platform/memory_file.hpp"

namespace bridge::process {
namespace {

// The number of bytes that the kernel reads to recognise the type of a file (BINPRM_BUF_SIZE).
constexpr std::size_t head_bytes = 256;

std::string read_head(int file) {
    std::string out(head_bytes, '\0');
    const ssize_t count = pread(file, out.data(), out.size(), 0);
    out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// Parses the first line, behind `#!`, as the kernel does (execve(2), Interpreter scripts). Returns the interpreter, and its one argument if
// there is one. Returns nothing if the line names no interpreter.
std::vector<std::string> interpreter_of(std::string_view head) {
    const std::size_t end = head.find('\n');
    if (end == std::string_view::npos && head.size() == head_bytes) return {};
    const std::string_view line = trimmed(head.substr(2, end == std::string_view::npos ? end : end - 2));
    const std::string_view program = line.substr(0, line.find_first_of(" \t"));
    if (program.empty()) return {};
    std::vector<std::string> out{std::string(program)};
    if (const std::string_view rest = trimmed(line.substr(program.size())); !rest.empty()) out.emplace_back(rest);
    return out;
}

}  // namespace

std::optional<substitute> substitute_for(const std::string& path, const std::string& name, uid_t runner) {
    // Non-blocking, because the file could be a pipe.
    const core::unique_fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info {};
    if (file.get() < 0 || fstat(file.get(), &info) != 0) return std::nullopt;
    const std::string head = S_ISREG(info.st_mode) ? read_head(file.get()) : std::string();
    std::vector<std::string> interpreter;
    if (head.starts_with("#!")) interpreter = interpreter_of(head);
    if (interpreter.empty() && !head.starts_with("\177ELF")) {
        errno = EACCES;
        return std::nullopt;
    }
    substitute out;
    if (info.st_uid == runner && fchmod(file.get(), (info.st_mode & 07777) | S_IXUSR) == 0 && access(path.c_str(), X_OK) == 0) {
        out.file = path;
        out.arguments = {name};
        out.how = "got it back";
        return out;
    }
    if (!interpreter.empty()) {
        out.file = interpreter.front();
        out.arguments = std::move(interpreter);
        out.arguments.push_back(path);
        out.how = "is handed to its interpreter";
        return out;
    }
    out.copy = core::unique_fd(platform::make_memory_file(name.substr(name.find_last_of('/') + 1)));
    if (out.copy.get() < 0 || !platform::copy_bytes(file.get(), out.copy.get(), info.st_size)) return std::nullopt;
    out.file = path;
    out.arguments = {name};
    out.how = "is run from a copy in memory";
    return out;
}

}  // namespace bridge::process
