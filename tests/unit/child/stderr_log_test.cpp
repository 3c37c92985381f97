#include <gmock/gmock.h>

#include "bridge/child/stderr_log.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StderrLog, KeepsTheLastLinesWithoutSecrets) {
    core::redactor secrets;
    secrets.add("hunter22");
    const std::string name = "server";
    log_throttle throttle(name, 1000);
    stderr_log log(name, secrets, 40, throttle);
    EXPECT_EQ(log.tail(), "");
    log.append("one\ntwo\r\nthr");
    log.append("ee hunter22\n\nfour\nfive\nsix\nseven");
    EXPECT_EQ(log.tail(), "two | three *** | four | five | six");
    log.finish();
    EXPECT_EQ(log.tail(), "three *** | four | five | six | seven");
    log.append(std::string(1'000'000, 'x') + "\n");
    EXPECT_THAT(log.tail(), HasSubstr("(999960 bytes cut)"));
}

TEST(StderrLog, LeavesNoPartOfASecretWhereALineIsCut) {
    core::redactor secrets;
    secrets.add("hunter22");
    const std::string name = "server";
    log_throttle throttle(name, 1000);
    for (std::size_t before = 0; before < 70; ++before) {
        stderr_log log(name, secrets, 40, throttle);
        log.append(std::string(before, '.') + "hunter22 hunter22 hunter22" + std::string(50, '.') + '\n');
        EXPECT_THAT(log.tail(), Not(HasSubstr("h"))) << before;
        EXPECT_THAT(log.tail(), HasSubstr("cut)"));
    }
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
