#include "bridge/core/event.hpp"

#include <utility>

namespace bridge::core {

void event::notify() {
    notified_ = true;
    timer_.cancel();
}

task<bool> event::wait_until(clock::time_point deadline) {
    if (!notified_) {
        timer_.expires_at(deadline);
        co_await timer_.async_wait(nothrow);
    }
    co_return std::exchange(notified_, false);
}

}  // namespace bridge::core
