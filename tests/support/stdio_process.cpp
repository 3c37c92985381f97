#include "tests/support/stdio_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

namespace test_support {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 10s;

void check(int error, const char* call_name) {
    if (error != 0) throw std::system_error(error, std::system_category(), call_name);
}

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    check(::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
    return ends;
}

void close_fd(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

bool wait_readable(int fd, std::chrono::steady_clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wanted{fd, POLLIN, 0};
    return left.count() > 0 && ::poll(&wanted, 1, static_cast<int>(left.count())) > 0;
}

}  // namespace

stdio_process::stdio_process(const std::vector<std::string>& arguments, const environment& variables, int input) {
    auto argument_texts = arguments;
    std::vector<std::string> variable_texts;
    for (const auto& [name, value] : variables) variable_texts.push_back(name + "=" + value);
    std::array<int, 2> in{input, -1};
    if (input < 0) in = make_pipe();
    auto out = make_pipe();
    errors_ = ::memfd_create("stderr", MFD_CLOEXEC);

    posix_spawn_file_actions_t actions;
    check(::posix_spawn_file_actions_init(&actions), "posix_spawn");
    ::posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_adddup2(&actions, errors_, 2);
    const int error =
        ::posix_spawn(&pid_, argument_texts.at(0).c_str(), &actions, nullptr, pointers_to(argument_texts).data(), pointers_to(variable_texts).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (input < 0) close_fd(in[0]);
    close_fd(out[1]);
    input_ = in[1];
    output_ = out[0];
    check(error, "posix_spawn");
    // A server that has gone is seen by the answers that do not come.
    ::signal(SIGPIPE, SIG_IGN);
}

stdio_process::~stdio_process() {
    close_fd(input_);
    close_fd(output_);
    close_fd(errors_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void stdio_process::send(const nlohmann::json& message) {
    send_text(message.dump() + "\n");
}

void stdio_process::send_text(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(input_, text.data(), text.size());
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void stdio_process::close_input() {
    close_fd(input_);
}

void stdio_process::close_output() {
    close_fd(output_);
}

void stdio_process::signal(int number) {
    if (pid_ > 0) ::kill(pid_, number);
}

std::optional<std::string> stdio_process::read_line() {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto end = buffered_.find('\n');
        if (end != std::string::npos) {
            auto line = buffered_.substr(0, end);
            buffered_.erase(0, end + 1);
            return line;
        }
        std::array<char, 16384> piece;
        if (!wait_readable(output_, until)) return std::nullopt;
        const auto count = ::read(output_, piece.data(), piece.size());
        if (count <= 0) return std::nullopt;
        buffered_.append(piece.data(), static_cast<std::size_t>(count));
    }
}

nlohmann::json stdio_process::receive() {
    return nlohmann::json::parse(read_line().value_or(""), nullptr, false);
}

nlohmann::json stdio_process::ask(const nlohmann::json& request) {
    send(request);
    for (;;) {
        auto message = receive();
        if (message.is_discarded() || (message.is_object() && message.contains("id") && message["id"] == request["id"])) {
            return message;
        }
    }
}

std::optional<int> stdio_process::wait_for_exit() {
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    const bool ended = handle >= 0 && wait_readable(handle, std::chrono::steady_clock::now() + patience);
    if (handle >= 0) ::close(handle);
    if (!ended) return std::nullopt;
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string stdio_process::error_output() const {
    std::string text;
    std::array<char, 4096> piece;
    for (off_t offset = 0;;) {
        const auto count = ::pread(errors_, piece.data(), piece.size(), offset);
        if (count <= 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(count));
        offset += count;
    }
}

}  // namespace test_support
