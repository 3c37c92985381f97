#include "tests/support/stdio_fixture/event_loop.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

namespace fixture {

void event_loop::after(std::chrono::milliseconds delay, std::function<void()> action) {
    timers_.emplace(clock::now() + delay, std::move(action));
}

void event_loop::run(const std::function<void(std::string)>& on_line, bool outlive_input) {
    bool input_open = true;
    // As the servers of the official SDKs do, calls in flight are still answered after the end of input.
    while (input_open || outlive_input || !timers_.empty()) {
        pollfd input{0, POLLIN, 0};
        const bool read_now = input_open && reading_;
        const int ready = ::poll(&input, read_now ? 1 : 0, wait_time());
        run_due_timers();
        if (ready > 0 && read_now) input_open = read_lines(on_line);
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
