#include "tests/support/deadline.hpp"

#include <algorithm>
#include <thread>

namespace test_support {
namespace {

constexpr milliseconds between_looks = 5ms;

}  // namespace

int deadline::left_ms() const {
    const auto left = std::chrono::ceil<milliseconds>(end_ - std::chrono::steady_clock::now());
    return static_cast<int>(std::max<long>(0, left.count()));
}

bool eventually(const std::function<bool()>& condition, milliseconds limit) {
    const deadline end(limit);
    while (!condition()) {
        if (end.passed()) return false;
        std::this_thread::sleep_for(between_looks);
    }
    return true;
}

bool stays_true(const std::function<bool()>& condition, milliseconds period) {
    return !eventually([&condition] { return !condition(); }, period);
}

}  // namespace test_support
