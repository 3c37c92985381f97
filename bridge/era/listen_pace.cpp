#include "bridge/era/listen_pace.hpp"

#include <algorithm>

namespace bridge::era {

void listen_pace::on_end(time_point now) {
    if (open_since_ && now - *open_since_ >= calm) ends_ = 0;
    open_since_.reset();
    ++ends_;
}

std::chrono::milliseconds listen_pace::pause() const {
    constexpr int most_doublings = 8;
    return std::min(longest_pause, first_pause * (1 << std::clamp(ends_ - 1, 0, most_doublings)));
}

bool listen_pace::is_worth_telling(time_point now) const {
    return ends_ <= 1 || (open_since_ && now - *open_since_ >= calm);
}

}  // namespace bridge::era
