#include "bridge/process/launcher.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "bridge/platform/pipe.hpp"
#include "bridge/process/command_advice.hpp"
#include "bridge/process/executable_search.hpp"
#include "bridge/process/lost_permission.hpp"
#include "bridge/process/start_fault.hpp"

namespace bridge::process {
namespace {

using namespace std::chrono_literals;

constexpr const char* enter_directory = "enter the working directory of";
// The steps that fail because of the command's file.
constexpr const char* find_command = "find the command";
constexpr const char* find_interpreter = "find the interpreter or loader of";
constexpr const char* start_command = "start the command";

// The time for the process to execute its program, which usually takes a millisecond. The whole bridge waits meanwhile. If the exec takes
// longer (the file is on a slow disk, or a signal stops the process just then), the bridge treats the process as running.
constexpr auto exec_patience = 20ms;

struct pipe_ends {
    core::unique_fd read;
    core::unique_fd write;
};

bool make_pipe(pipe_ends& ends) {
    std::array<int, 2> fds{};
    if (!platform::make_pipe(fds, platform::waiting::yes)) return false;
    ends.read = core::unique_fd(fds[0]);
    ends.write = core::unique_fd(fds[1]);
    return true;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
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
    // The advice does not look a name up in PATH again, so about a file that was found there it knows nothing.
    const bool has_path = executable.find('/') != std::string::npos;
    const bool is_about_file = stage == find_command || (has_path && (stage == find_interpreter || stage == start_command));
    return "could not " + stage + " '" + executable + "': " + std::strerror(error) + (is_about_file ? command_advice(executable, error) : "");
}

launch_failure failure_of(const spawn_outcome& outcome) {
    switch (outcome.step) {
        case spawn_step::forbid_core_dumps: return {.stage = "forbid core dumps (RLIMIT_CORE) for", .error = outcome.error};
        case spawn_step::limit_memory: return {.stage = "limit the memory (--child-memory) of", .error = outcome.error};
        case spawn_step::limit_processes: return {.stage = "limit the processes (--child-processes) of", .error = outcome.error};
        case spawn_step::become_user: return {.stage = "become another user (--child-user) for", .error = outcome.error};
        case spawn_step::forgo_privileges: return {.stage = "forbid new privileges (PR_SET_NO_NEW_PRIVS) for", .error = outcome.error};
        case spawn_step::enter_directory: return {.stage = enter_directory, .error = outcome.error};
        case spawn_step::execute_descriptor: return {.stage = "execute (execveat) the copy in memory of", .error = outcome.error};
        case spawn_step::execute: break;
    }
    // execve(2) fails with EAGAIN for this reason only.
    if (outcome.error == EAGAIN) {
        return {.stage = "start, because its user has reached the limit of processes (--child-processes), the command", .error = EAGAIN};
    }
    // The file itself exists. So what is missing is a script's interpreter or a program's loader.
    return {.stage = outcome.error == ENOENT ? find_interpreter : start_command, .error = outcome.error};
}

std::optional<launch_failure> start_fault(const command& child_command) {
    if (find_executable(child_command).empty()) {
        const int error = errno;
        // `substitute_for` may start a program that has lost its permission.
        const bool may_be_substituted = error == EACCES && is_path(child_command) && begins_like_program(child_command.executable);
        if (!may_be_substituted) return launch_failure{.stage = find_command, .error = error};
    }
    const int error = directory_error(child_command.directory);
    return error == 0 ? std::nullopt : std::optional(launch_failure{.stage = enter_directory, .error = error});
}

bool launch(const command& child_command, launched& child, launch_failure& failure) {
    std::optional<substitute> program = program_of(child_command);
    if (!program) return fails(failure, find_command, errno);
    if (const int error = directory_error(child_command.directory); error != 0) {
        return fails(failure, enter_directory, error);
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
    if (const int error = spawn(plan, begun); error != 0) return fails(failure, start_command, error);
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
