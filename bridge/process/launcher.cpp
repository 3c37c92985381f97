#include "bridge/process/launcher.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "bridge/process/lost_permission.hpp"

namespace bridge::process {
namespace {

using namespace std::chrono_literals;

// The time for the process to execute its program, which usually takes a millisecond. The whole bridge waits meanwhile. If the exec takes
// longer (the file is on a slow disk, or a signal stops the process just then), the bridge treats the process as running.
constexpr auto exec_patience = 20ms;

struct pipe_ends {
    unique_fd read;
    unique_fd write;
};

bool make_pipe(pipe_ends& ends) {
    std::array<int, 2> fds{};
    if (pipe2(fds.data(), O_CLOEXEC) != 0) return false;
    ends.read = unique_fd(fds[0]);
    ends.write = unique_fd(fds[1]);
    return true;
}

bool is_executable_file(const std::string& path) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) return false;
    if (!S_ISREG(info.st_mode)) {
        errno = EACCES;
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

bool is_path(const command& child_command) {
    return child_command.executable.find('/') != std::string::npos;
}

// Makes `path` absolute, relative to the bridge's own directory, because the child can run in another one. Returns an empty text and sets
// errno if that directory no longer exists.
std::string absolute(const std::string& path) {
    if (path.starts_with('/')) return path;
    std::array<char, 4096> here{};
    if (getcwd(here.data(), here.size()) == nullptr) return {};
    return std::string(here.data()) + '/' + path;
}

// Returns the file to execute, or an empty text with errno set if there is none. A path is used as it is. A name is looked up in the PATH
// that the child gets.
std::string find_executable(const command& child_command) {
    if (is_path(child_command)) return is_executable_file(child_command.executable) ? absolute(child_command.executable) : std::string();
    int error = ENOENT;
    std::string_view rest = path_of(child_command);
    while (!rest.empty()) {
        const std::size_t colon = rest.find(':');
        const std::string_view folder = rest.substr(0, colon);
        const std::string candidate = std::string(folder.empty() ? "." : folder) + '/' + child_command.executable;
        if (is_executable_file(candidate)) return candidate;
        if (errno == EACCES) error = EACCES;
        if (colon == std::string_view::npos) break;
        rest.remove_prefix(colon + 1);
    }
    errno = error;
    return {};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

// Checks the directory before the fork, so that no process is started in vain. Returns 0 if the child can run in it, or an errno.
int directory_error(const std::string& path) {
    struct stat info {};
    if (path.empty()) return 0;
    if (stat(path.c_str(), &info) != 0) return errno;
    if (!S_ISDIR(info.st_mode)) return ENOTDIR;
    return access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

// Returns the program to start: the command, or its substitute.
std::optional<substitute> program_of(const command& child_command) {
    substitute out;
    out.file = find_executable(child_command);
    if (!out.file.empty()) {
        out.arguments = {child_command.executable};
        return out;
    }
    const int error = errno;
    if (error == EACCES && is_path(child_command)) {
        const uid_t runner = child_command.limits.user ? child_command.limits.user->user : geteuid();
        if (auto other = substitute_for(absolute(child_command.executable), child_command.executable, runner)) return other;
    }
    errno = error;
    return std::nullopt;
}

// Makes `owner` the owner of the pipe, so that a child of another user can also open it by name (/dev/stderr). If the system refuses this,
// most programs work without it.
void hand_over(const pipe_ends& ends, const account& owner) {
    static_cast<void>(!fchown(ends.read.get(), owner.user, owner.group));
}

bool fails(launch_failure& failure, const char* stage, int error) {
    failure = {.stage = stage, .error = error};
    return false;
}

}  // namespace

bool launch_failure::is_shortage() const {
    return is_shortage_of_descriptors() || error == EAGAIN || error == ENOMEM;
}

bool launch_failure::is_shortage_of_descriptors() const {
    return error == EMFILE || error == ENFILE;
}

std::string launch_failure::text(const std::string& executable) const {
    return "could not " + stage + " '" + executable + "': " + std::strerror(error);
}

launch_failure failure_of(const spawn_outcome& outcome) {
    switch (outcome.step) {
        case spawn_step::forbid_core_dumps: return {.stage = "forbid core dumps (RLIMIT_CORE) for", .error = outcome.error};
        case spawn_step::limit_memory: return {.stage = "limit the memory (--child-memory) of", .error = outcome.error};
        case spawn_step::limit_processes: return {.stage = "limit the processes (--child-processes) of", .error = outcome.error};
        case spawn_step::become_user: return {.stage = "become another user (--child-user) for", .error = outcome.error};
        case spawn_step::forgo_privileges: return {.stage = "forbid new privileges (PR_SET_NO_NEW_PRIVS) for", .error = outcome.error};
        case spawn_step::enter_directory: return {.stage = "enter the working directory of", .error = outcome.error};
        case spawn_step::execute_descriptor: return {.stage = "execute (execveat) the copy in memory of", .error = outcome.error};
        case spawn_step::execute: break;
    }
    // execve(2) fails with EAGAIN for this reason only.
    if (outcome.error == EAGAIN) {
        return {.stage = "start, because its user has reached the limit of processes (--child-processes), the command", .error = EAGAIN};
    }
    // The file itself exists. So what is missing is a script's interpreter or a program's loader.
    return {.stage = outcome.error == ENOENT ? "find the interpreter or loader of" : "start the command", .error = outcome.error};
}

bool launch(const command& child_command, launched& child, launch_failure& failure) {
    std::optional<substitute> program = program_of(child_command);
    if (!program) return fails(failure, "find the command", errno);
    if (const int error = directory_error(child_command.directory); error != 0) {
        return fails(failure, "enter the working directory of", error);
    }
    pipe_ends input;
    pipe_ends output;
    pipe_ends errors;
    if (!make_pipe(input) || !make_pipe(output) || !make_pipe(errors)) {
        return fails(failure, "make a pipe for", errno);
    }
    if (child_command.limits.user) {
        hand_over(input, *child_command.limits.user);
        hand_over(output, *child_command.limits.user);
        hand_over(errors, *child_command.limits.user);
    }
    std::vector<std::string> arguments = program->arguments;
    arguments.insert(arguments.end(), child_command.arguments.begin(), child_command.arguments.end());
    const std::vector<char*> argument_list = pointers(arguments);
    const std::vector<char*> variables = pointers(child_command.environment);
    const spawn_plan plan{.file = program->file.c_str(),
                          .arguments = argument_list.data(),
                          .environment = variables.data(),
                          .directory = child_command.directory.empty() ? nullptr : child_command.directory.c_str(),
                          .input = input.read.get(),
                          .output = output.write.get(),
                          .errors = errors.write.get(),
                          .program = program->copy.get(),
                          .limits = &child_command.limits};
    spawned begun;
    if (const int error = spawn(plan, begun); error != 0) return fails(failure, "start the command", error);
    const std::optional<spawn_outcome> known = read_report(begun.report, exec_patience);
    if (known && known->error != 0) {
        waitpid(begun.pid, nullptr, 0);
        failure = failure_of(*known);
        return false;
    }
    child.pid = begun.pid;
    if (!known) child.report = std::move(begun.report);
    child.note = std::move(program->how);
    child.input = std::move(input.write);
    child.output = std::move(output.read);
    child.errors = std::move(errors.read);
    return true;
}

}  // namespace bridge::process
