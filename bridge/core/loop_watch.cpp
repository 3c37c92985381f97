#include "bridge/core/loop_watch.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>

#include "bridge/core/event.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/third_party/waits.hpp"

namespace bridge::core {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::chrono::nanoseconds most_processor = 100ms;
#else
constexpr std::chrono::nanoseconds most_processor = 20ms;
#endif
constexpr std::chrono::nanoseconds most_wall = 100ms;

struct moment {
    std::chrono::nanoseconds processor{0};
    std::chrono::nanoseconds wall{0};

    static moment now() {
        timespec used{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        return {std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec), clock::now().time_since_epoch()};
    }
};

turn_counts counts;
moment excluded;  // time of long steps in the current turn

double milliseconds_of(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

void judge(const moment& turn_begin, const moment& turn_end) {
    // A turn begins when the wait for its event ends.
    const auto begin = std::max(turn_begin.wall, third_party::last_wait_ended.time_since_epoch());
    const auto processor = turn_end.processor - turn_begin.processor - excluded.processor;
    const auto wall = turn_end.wall - begin - excluded.wall;
    ++counts.turns;
    counts.longest = std::max(counts.longest, processor);
    const char* const place = last_place != nullptr ? last_place : "not known";
    if (processor > most_processor) {
        ++counts.slow;
        spdlog::warn("a turn of the loop took {:.1f} ms of processor time; the last place that it passed is {}", milliseconds_of(processor), place);
    } else if (wall > most_wall) {
        ++counts.stalled;
        spdlog::warn("a turn of the loop stood still: {:.1f} ms, of which {:.1f} ms were processor time; the last place that it passed is {}",
                     milliseconds_of(wall), milliseconds_of(processor), place);
    }
}

// Switches measuring on, here and in third_party/waits, while it lives. While it does not live, measuring costs nothing.
class watching {
public:
    watching() { counts.is_watched = third_party::records_waits = true; }
    ~watching() { counts.is_watched = third_party::records_waits = false; }
    watching(const watching&) = delete;
    watching& operator=(const watching&) = delete;
};

}  // namespace

const turn_counts& watched_turns() {
    return counts;
}

void long_step_scope::begin() {
    const moment now = moment::now();
    processor_ = now.processor;
    wall_ = now.wall;
    is_open_ = true;
}

void long_step_scope::end() {
    const moment now = moment::now();
    excluded.processor += now.processor - processor_;
    excluded.wall += now.wall - wall_;
}

void run_watched(boost::asio::io_context& loop) {
    const watching mine;
    moment before = moment::now();
    for (;;) {
        excluded = {};
        last_place = nullptr;
        if (loop.run_one() == 0) return;
        judge(before, moment::now());
        before = moment::now();
    }
}

}  // namespace bridge::core
