// Promise: server processes leave descriptors to connections, and connections leave some to server processes.
#include "bridge/http/descriptor_share.hpp"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

TEST(DescriptorShare, LeavesAQuarterToConnections) {
    for (const std::size_t most : {128U, 256U, 500U, 1024U, 4096U}) {
        const std::size_t processes = processes_within(most, 12, 10'000);
        EXPECT_GT(processes, 0U);
        EXPECT_LE(processes * descriptors_of_process + reserved_descriptors(most) + most / 4 + 12, most) << most;
        EXPECT_GT(processes * descriptors_of_process, most / 4) << "but no more than that: " << most;
    }
}

TEST(DescriptorShare, AllowsWhatIsWantedWithTheUsualLimits) {
    EXPECT_EQ(processes_within(1024, 12, 64), 64U);
    EXPECT_EQ(processes_within(1'048'576, 12, 10'000), 10'000U);
}

TEST(DescriptorShare, AlwaysAllowsOneProcess) {
    EXPECT_EQ(processes_within(20, 30, 64), 1U);
    EXPECT_EQ(processes_within(0, 0, 64), 1U);
}

}  // namespace
}  // namespace bridge::http
