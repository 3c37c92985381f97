#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace test_support {
namespace {

struct pipe_ends {
    unique_fd read;
    unique_fd write;
};

pipe_ends make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    return {unique_fd(ends[0]), unique_fd(ends[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    // posix_spawn's signature is older than const; it changes nothing.
    for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> own_environment_and(const std::vector<std::string>& added) {
    std::vector<std::string> all = added;
    for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
    return all;
}

pid_t spawn(const child_options& options, int input, int out, int err) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);

    const auto environment = own_environment_and(options.environment);
    pid_t pid = -1;
    const int failed =
        ::posix_spawnp(&pid, options.command.front().c_str(), &actions, &attributes, pointers(options.command).data(), pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("cannot start " + options.command.front());
    return pid;
}

}  // namespace

child_process::child_process(const child_options& options) : stderr_file_(::memfd_create("stderr", MFD_CLOEXEC)) {
    // A write to a program that died must be an error here, not the end of the test program.
    std::signal(SIGPIPE, SIG_IGN);
    pipe_ends in = make_pipe();
    pipe_ends out = make_pipe();
    // A file, not a pipe: the program never waits for a test that does not read its log.
    pid_ = spawn(options, in.read.get(), out.write.get(), stderr_file_.get());
    stdin_ = std::move(in.write);
    stdout_ = std::move(out.read);
}

child_process::child_process(child_process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), ended_(other.ended_), stdin_(std::move(other.stdin_)), stdout_(std::move(other.stdout_)),
      stderr_file_(std::move(other.stderr_file_)), unread_(std::move(other.unread_)) {}

child_process::~child_process() {
    if (pid_ < 0) return;
    // Its group first: a leader that is not reaped yet keeps the number from being reused.
    if (!ended_) {
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

bool child_process::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(stdin_.get(), bytes.data(), bytes.size());
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool child_process::write_line(std::string_view line) {
    return write(std::string(line) + "\n");
}

std::optional<std::string> child_process::read_line(milliseconds limit) {
    const deadline end(limit);
    std::size_t line_end;
    while ((line_end = unread_.find('\n')) == unread_.npos) {
        pollfd output{stdout_.get(), POLLIN, 0};
        if (::poll(&output, 1, end.left_ms()) <= 0) return std::nullopt;
        char chunk[1 << 16];
        const auto count = ::read(stdout_.get(), chunk, sizeof chunk);
        if (count <= 0) return std::nullopt;
        unread_.append(chunk, static_cast<std::size_t>(count));
    }
    std::string line = unread_.substr(0, line_end);
    unread_.erase(0, line_end + 1);
    return line;
}

std::string child_process::stderr_text() const {
    std::string text;
    char chunk[1 << 14];
    while (true) {
        const auto count = ::pread(stderr_file_.get(), chunk, sizeof chunk, static_cast<off_t>(text.size()));
        if (count <= 0) return text;
        text.append(chunk, static_cast<std::size_t>(count));
    }
}

void child_process::signal(int number) const {
    if (!ended_) ::kill(pid_, number);
}

std::optional<exit_status> child_process::wait(milliseconds limit) {
    const auto has_ended = [this] {
        int status = 0;
        if (!ended_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
            ended_ = WIFEXITED(status) ? exit_status{true, WEXITSTATUS(status)} : exit_status{false, WTERMSIG(status)};
        }
        return ended_.has_value();
    };
    if (!eventually(has_ended, limit)) return std::nullopt;
    return ended_;
}

}  // namespace test_support
