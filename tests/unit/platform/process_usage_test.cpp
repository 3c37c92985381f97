// Promise: the figures of the process in /metrics are those of the system.
#include "bridge/platform/process_usage.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <ctime>

#include "tests/support/unique_fd.hpp"

namespace bridge::platform {
namespace {

TEST(ProcessUsage, CountsOpenFiles) {
    const auto before = read_process_usage().open_files;
    EXPECT_GE(before, 1U);
    const test_support::unique_fd another(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(read_process_usage().open_files, before + 1);
    EXPECT_GE(read_process_usage().most_files, before + 1);
}

TEST(ProcessUsage, KnowsMemoryAndTimes) {
    const process_usage now = read_process_usage();
    EXPECT_GT(now.resident_bytes, 500'000U);
    EXPECT_GE(now.virtual_bytes, now.resident_bytes);
    EXPECT_GT(now.cpu_seconds, 0);
    const auto clock = static_cast<double>(std::time(nullptr));
    EXPECT_LE(now.start_time, clock + 2);
    EXPECT_GE(now.start_time, clock - 3600) << "this test has not run for an hour";
}

}  // namespace
}  // namespace bridge::platform
