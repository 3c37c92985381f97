#include "bridge/child/repetition.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace bridge::child {

core::task<void> repetition::run(core::executor executor, std::shared_ptr<link> target, own_requests next, const core::limits& bounds,
                                 std::function<bool()> is_wanted) {
    if (!next) co_return;
    paced_requests::plan wanted{.target = target, .next = std::move(next), .deadline = core::clock::now() + bounds.start_timeout};
    wanted.is_wanted = is_wanted;
    const paced_requests::outcome all = co_await paced_requests::run(executor, std::move(wanted));
    if (all.refused != 0) {
        spdlog::warn("a new server process refused {} of {} settings of the last one's clients: {}", all.refused, all.sent, all.first_error);
    }
    const bool are_wanted = !is_wanted || is_wanted();
    if (are_wanted && target->is_open() && all.unanswered != 0) {
        spdlog::warn("a new server process did not answer {} of {} settings of the last one's clients in time", all.unanswered, all.sent);
    }
}

}  // namespace bridge::child
