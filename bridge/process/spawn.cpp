#include "bridge/process/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "bridge/platform/new_process.hpp"
#include "bridge/platform/pipe.hpp"
#include "bridge/process/forking.hpp"

namespace bridge::process {
namespace {

constexpr int report_descriptor = STDERR_FILENO + 1;
constexpr int program_descriptor = report_descriptor + 1;

// Moves all descriptors of the new process to their numbers. The exec closes the report and the program. An ELF file can be executed
// through a descriptor that the exec closes; a script could not.
void place_descriptors(const spawn_plan& plan, int report) {
    dup2(plan.input, STDIN_FILENO);
    dup2(plan.output, STDOUT_FILENO);
    dup2(plan.errors, STDERR_FILENO);
    // Closing these leaves a free number for the copy of the program's descriptor.
    for (const int each : {plan.input, plan.output, plan.errors}) close(each);
    const int program = plan.program == report_descriptor ? dup(plan.program) : plan.program;
    dup2(report, report_descriptor);
    fcntl(report_descriptor, F_SETFD, FD_CLOEXEC);
    if (program >= 0) {
        dup2(program, program_descriptor);
        fcntl(program_descriptor, F_SETFD, FD_CLOEXEC);
    }
    // Asio opens its sockets without close-on-exec. This keeps every one of them out of the child.
    platform::close_from(program >= 0 ? program_descriptor + 1 : program_descriptor);
}

void empty_signal_mask() {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Returns only if the exec fails.
spawn_outcome execute(const spawn_plan& plan) {
    if (plan.program < 0) {
        execve(plan.file, plan.arguments, plan.environment);
        return {spawn_step::execute, errno};
    }
    platform::execute_descriptor(program_descriptor, plan.arguments, plan.environment);
    const int error = errno;
    const bool is_impossible = error == ENOSYS || error == EPERM;
    return {is_impossible ? spawn_step::execute_descriptor : spawn_step::execute, error};
}

// Lowers a limit and never raises it, because only privileged processes may raise limits. Returns false, with errno set, on failure.
bool set_limit(int resource, rlim_t value) {
    rlimit now{};
    if (getrlimit(resource, &now) != 0) return false;
    const rlim_t most = std::min(value, now.rlim_max);
    const rlimit wanted{.rlim_cur = most, .rlim_max = most};
    return setrlimit(resource, &wanted) == 0;
}

// Returns the failed step, or an error of 0.
spawn_outcome confine(const confinement& limits) {
    const bool is_stripped = limits.user || limits.no_new_privileges;
    if (is_stripped && !set_limit(RLIMIT_CORE, 0)) return {spawn_step::forbid_core_dumps, errno};
    // RLIMIT_DATA counts private writable memory when it is mapped, as Linux does since 4.7. A limit of all mappings (RLIMIT_AS) would not
    // work: Node.js reserves 10 GiB of addresses for each memory of WebAssembly, and its HTTP client has one.
    if (limits.memory_bytes != 0 && !set_limit(RLIMIT_DATA, limits.memory_bytes)) return {spawn_step::limit_memory, errno};
    if (limits.processes != 0 && !set_limit(RLIMIT_NPROC, limits.processes)) return {spawn_step::limit_processes, errno};
    if (limits.user && !platform::become(limits.user->user, limits.user->group, limits.user->groups)) return {spawn_step::become_user, errno};
    if (is_stripped && !platform::forgo_privileges()) return {spawn_step::forgo_privileges, errno};
    return {};
}

// Returns only on failure.
spawn_outcome enter_and_execute(const spawn_plan& plan) {
    if (plan.limits != nullptr) {
        if (const spawn_outcome failed = confine(*plan.limits); failed.error != 0) return failed;
    }
    // The directory is entered as the child's user, because it may be that user's own.
    if (plan.directory != nullptr && chdir(plan.directory) != 0) return {spawn_step::enter_directory, errno};
    return execute(plan);
}

// Uses only functions that are safe between a fork and an exec.
[[noreturn]] void become_program(const spawn_plan& plan, int report) {
    // A session of its own: a signal from the terminal then reaches the child only through the stop ladder, and the child and its
    // descendants can be signalled as one group.
    setsid();
    place_descriptors(plan, report);
    reset_signal_handlers();
    empty_signal_mask();
    const spawn_outcome failed = enter_and_execute(plan);
    static_cast<void>(!write(report_descriptor, &failed, sizeof failed));
    _exit(127);
}

}  // namespace

int spawn(const spawn_plan& plan, spawned& child) {
    std::array<int, 2> ends{};
    if (!platform::make_pipe(ends, platform::waiting::yes)) return errno;
    core::unique_fd read_end(ends[0]);
    const core::unique_fd write_end(ends[1]);
    const blocked_signals while_forking;
    const pid_t pid = fork();
    if (pid == 0) become_program(plan, write_end.get());
    if (pid < 0) return errno;
    child.pid = pid;
    child.report = std::move(read_end);
    return 0;
}

std::optional<spawn_outcome> read_report(const core::unique_fd& report, std::chrono::milliseconds patience) {
    pollfd asked{.fd = report.get(), .events = POLLIN, .revents = 0};
    if (poll(&asked, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
    spawn_outcome out{};
    // No bytes before the end of the pipe: the exec has closed it.
    const ssize_t count = read(report.get(), &out, sizeof out);
    return count == static_cast<ssize_t>(sizeof out) ? out : spawn_outcome{};
}

}  // namespace bridge::process
