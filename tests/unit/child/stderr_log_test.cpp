#include <gmock/gmock.h>

#include "bridge/child/stderr_log.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(StderrLog, KeepsTheLastLinesWithoutSecrets) {
    core::redactor secrets;
    secrets.add("hunter22");
    const std::string name = "server";
    log_throttle throttle(name, 1000);
    stderr_log log(name, secrets, 40, throttle);
    const auto now = core::clock::now();
    EXPECT_EQ(log.last_words(), "");
    log.append("one\ntwo\r\nthr", now);
    log.append("ee hunter22\n\nfour\nfive\nsix\nseven", now);
    EXPECT_EQ(log.last_words(), "one | two | three *** | four | five | six | seven") << "with the line that has not ended";
    log.finish();
    EXPECT_EQ(log.last_words(), "one | two | three *** | four | five | six | seven");
    log.append(std::string(1'000'000, 'x') + "\n", now);
    EXPECT_THAT(log.last_words(), HasSubstr("(999960 bytes cut)"));
}

TEST(StderrLog, LeavesNoPartOfASecretWhereALineIsCut) {
    core::redactor secrets;
    secrets.add("hunter22");
    const std::string name = "server";
    log_throttle throttle(name, 1000);
    for (std::size_t before = 0; before < 70; ++before) {
        stderr_log log(name, secrets, 40, throttle);
        const auto now = core::clock::now();
        log.append(std::string(before, '.') + "hunter22 hunter22 hunter22" + std::string(50, '.') + '\n', now);
        EXPECT_THAT(log.last_words(), Not(HasSubstr("h"))) << before;
        EXPECT_THAT(log.last_words(), HasSubstr("cut)"));
    }
}

std::string lines(const std::string& name, int count) {
    std::string out;
    for (int i = 1; i <= count; ++i) out += name + std::to_string(i) + '\n';
    return out;
}

TEST(StderrLog, KeepsTheFirstLinesOfTheLastOutburst) {
    const core::redactor secrets;
    const std::string name = "server";
    log_throttle throttle(name, 1000);
    stderr_log log(name, secrets, 1000, throttle);
    const auto begin = core::clock::now();
    log.append(lines("old ", 20), begin);
    log.append("panic: nil map\n\ngoroutine 1\n", begin + 1s);
    EXPECT_EQ(log.last_words(), "old 18 | old 19 | old 20 | panic: nil map | goroutine 1");
    // A crash report comes in several reads.
    log.append(lines("trace ", 50), begin + 1100ms);
    log.append(lines("end ", 5), begin + 1200ms);
    EXPECT_EQ(log.last_words(), "panic: nil map | goroutine 1 | trace 1 | ... (49 lines left out) | end 1 | end 2 | end 3 | end 4 | end 5");
    log.append("later\n", begin + 5s);
    EXPECT_EQ(log.last_words(), "end 2 | end 3 | end 4 | end 5 | later");
    log.append(lines("more ", 5), begin + 5s);
    EXPECT_EQ(log.last_words(), "later | more 1 | more 2 | more 3 | more 4 | more 5");
}

TEST(StderrLog, QuotesAnUnfinishedLineWithoutTheBeginningOfASecret) {
    core::redactor secrets;
    secrets.add("hunter22");
    const std::string name = "server";
    log_throttle throttle(name, 1000);
    stderr_log log(name, secrets, 40, throttle);
    log.append("Password for hunt", core::clock::now());
    EXPECT_THAT(log.last_words(), HasSubstr("Password for "));
    EXPECT_THAT(log.last_words(), Not(HasSubstr("hunt")));
}

TEST(LogThrottle, LetsSoManyLinesASecondPassAndCountsTheRest) {
    using namespace std::chrono_literals;
    const std::string name = "server";
    log_throttle throttle(name, 3);
    const auto hits = [] { return core::meters().hits[static_cast<std::size_t>(core::bound::log_rate)]; };
    const auto before = hits();
    const auto begin = core::clock::now();
    const auto admitted = [&](core::clock::time_point now) {
        int count = 0;
        for (int i = 0; i < 10; ++i) count += throttle.admits(now) ? 1 : 0;
        return count;
    };
    EXPECT_EQ(admitted(begin), 3);
    EXPECT_EQ(hits(), before + 1);
    EXPECT_EQ(admitted(begin + 999ms), 0);
    EXPECT_EQ(admitted(begin + 1s), 3);
    EXPECT_EQ(hits(), before + 2);
    throttle.report(begin + 2s);
    EXPECT_EQ(admitted(begin + 5s), 3);
}

}  // namespace
}  // namespace bridge::child
