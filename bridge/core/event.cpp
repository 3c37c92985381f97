#include "bridge/core/event.hpp"

namespace bridge::core {

void event::notify() {
    notified_ = true;
    timer_.cancel();
}

task<bool> event::wait_until(clock::time_point deadline) {
    if (!notified_) co_await async_wait(deadline);
    co_return consume();
}

}  // namespace bridge::core
