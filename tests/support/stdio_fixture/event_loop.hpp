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

    /// From now on stdin is not read any more.
    void stop_reading() { reading_ = false; }

    /// Calls `on_line` for each line (without its line end) until stdin ends. With `outlive_input` it goes on serving
    /// timers after that, for ever.
    void run(const std::function<void(std::string)>& on_line, bool outlive_input);

private:
    int wait_time() const;
    void run_due_timers();
    bool read_lines(const std::function<void(std::string)>& on_line);

    std::multimap<clock::time_point, std::function<void()>> timers_;
    std::string input_;
    bool reading_ = true;
};

}  // namespace fixture
