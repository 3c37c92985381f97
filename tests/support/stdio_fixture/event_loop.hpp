// Lines from stdin and timers, on one thread: a slow answer never holds up another.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

namespace fixture {

class event_loop {
public:
    using clock = std::chrono::steady_clock;

    void after(std::chrono::milliseconds delay, std::function<void()> action);

    /// From now on stdin is not read any more; or is again.
    void stop_reading(bool stop = true) { reading_ = !stop; }

    /// The end of stdin is no reason to end any more.
    void outlive_input() { outlive_input_ = true; }

    /// Calls `action` when SIGUSR1 has come, before what came on stdin after it.
    void on_user_signal(std::function<void()> action);

    /// Calls `on_line` for each line (without its line end) until stdin ends, and after that, if it is to outlive it,
    /// goes on serving timers for ever.
    void run(const std::function<void(std::string)>& on_line);

private:
    int wait_time() const;
    bool take_user_signal();
    void run_due_timers();
    bool read_lines(const std::function<void(std::string)>& on_line);

    std::multimap<clock::time_point, std::function<void()>> timers_;
    std::string input_;
    std::function<void()> on_user_signal_;
    bool reading_ = true;
    bool outlive_input_ = false;
};

}  // namespace fixture
