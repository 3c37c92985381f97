#include "tests/support/stdio_fixture/event_loop.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace fixture {
namespace {

// The signal's way into the loop: what is written to the second can be read from the first.
int signal_pipe[2] = {-1, -1};

void note_user_signal(int) {
    [[maybe_unused]] const auto count = ::write(signal_pipe[1], "", 1);
}

}  // namespace

void event_loop::on_user_signal(std::function<void()> action) {
    on_user_signal_ = std::move(action);
    if (::pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) == 0) std::signal(SIGUSR1, note_user_signal);
}

bool event_loop::take_user_signal() {
    char byte = 0;
    return signal_pipe[0] >= 0 && ::read(signal_pipe[0], &byte, 1) == 1;
}

void event_loop::after(std::chrono::milliseconds delay, std::function<void()> action) {
    timers_.emplace(clock::now() + delay, std::move(action));
}

void event_loop::run(const std::function<void(std::string)>& on_line) {
    bool input_open = true;
    // As the servers of the official SDKs do, calls in flight are still answered after the end of input.
    while (input_open || outlive_input_ || !timers_.empty()) {
        // One that is negative is passed over.
        pollfd sources[] = {{signal_pipe[0], POLLIN, 0}, {input_open && reading_ ? 0 : -1, POLLIN, 0}};
        const int ready = ::poll(sources, std::size(sources), wait_time());
        while (take_user_signal()) on_user_signal_();
        run_due_timers();
        if (ready > 0 && sources[1].revents != 0 && reading_) input_open = read_lines(on_line);
    }
}

int event_loop::wait_time() const {
    if (timers_.empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - clock::now());
    return static_cast<int>(std::max<long>(0, left.count()));
}

void event_loop::run_due_timers() {
    while (!timers_.empty() && timers_.begin()->first <= clock::now()) {
        const auto action = std::move(timers_.extract(timers_.begin()).mapped());
        action();
    }
}

bool event_loop::read_lines(const std::function<void(std::string)>& on_line) {
    char chunk[1 << 16];
    const auto count = ::read(0, chunk, sizeof chunk);
    if (count <= 0) return false;
    input_.append(chunk, static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end; (end = input_.find('\n', begin)) != input_.npos; begin = end + 1) {
        on_line(input_.substr(begin, end - begin));
    }
    input_.erase(0, begin);
    return true;
}

}  // namespace fixture
