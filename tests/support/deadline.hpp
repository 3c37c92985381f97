// Waiting in tests: never for a fixed time, always for a condition and with an end.
#pragma once

#include <chrono>
#include <functional>

namespace test_support {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// How long a test waits for what should come at once. Long, because a loaded machine running sanitized binaries is
/// slow, and it costs nothing when the test passes.
inline constexpr milliseconds patience = 10s;

class deadline {
public:
    explicit deadline(milliseconds from_now) : end_(std::chrono::steady_clock::now() + from_now) {}

    bool passed() const { return std::chrono::steady_clock::now() >= end_; }
    /// For poll(2): what is left, never negative.
    int left_ms() const;

private:
    std::chrono::steady_clock::time_point end_;
};

/// Waits until `condition` holds; false if it still does not after `limit`.
[[nodiscard]] bool eventually(const std::function<bool()>& condition, milliseconds limit = patience);

/// True if `condition` holds all the time for `period`. For what must not happen.
[[nodiscard]] bool stays_true(const std::function<bool()>& condition, milliseconds period);

}  // namespace test_support
