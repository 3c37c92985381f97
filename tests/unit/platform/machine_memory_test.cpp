// Promise: the memory of the machine is never more than what a container allows.
#include "bridge/platform/linux/machine_memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "bridge/platform/machine_memory.hpp"

namespace bridge::platform {
namespace {

constexpr std::size_t MiB = std::size_t{1024} * 1024;

class MachineMemory : public testing::Test {
protected:
    MachineMemory() : folder_(std::filesystem::temp_directory_path() / ("machine_memory_" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_ / "proc/self");
    }
    ~MachineMemory() override { std::filesystem::remove_all(folder_); }
    MachineMemory(const MachineMemory&) = delete;
    MachineMemory& operator=(const MachineMemory&) = delete;

    void write(const std::string& path, const std::string& text) const {
        std::filesystem::create_directories((folder_ / path).parent_path());
        std::ofstream(folder_ / path) << text;
    }
    std::size_t read() const { return machine_memory((folder_ / "proc").string(), (folder_ / "groups").string()); }

    std::filesystem::path folder_;
};

TEST_F(MachineMemory, IsThatOfTheMachineWithoutGroups) {
    EXPECT_GT(read(), 64 * MiB);
    write("proc/self/cgroup", "0::/\n");
    write("groups/memory.max", "max\n");
    EXPECT_EQ(read(), machine_memory("/nowhere", "/nowhere"));
}

TEST_F(MachineMemory, IsTheLeastOfAllGroupsAboveInVersion2) {
    write("proc/self/cgroup", "0::/outer/inner\n");
    write("groups/outer/inner/memory.max", "max\n");
    write("groups/outer/memory.max", "33554432\n");
    EXPECT_EQ(read(), 32 * MiB);
    write("groups/outer/inner/memory.max", "16777216\n");
    EXPECT_EQ(read(), 16 * MiB);
}

TEST_F(MachineMemory, IsThatOfTheRootWhereThePathIsTheHosts) {
    write("proc/self/cgroup", "0::/docker/0123456789abcdef\n");
    write("groups/memory.max", "33554432\n");
    EXPECT_EQ(read(), 32 * MiB);
}

TEST_F(MachineMemory, KnowsVersion1) {
    write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/box\n0::/\n");
    write("groups/memory/box/memory.limit_in_bytes", "33554432\n");
    EXPECT_EQ(read(), 32 * MiB);
    write("groups/memory/memory.limit_in_bytes", "9223372036854771712\n");
    EXPECT_EQ(read(), 32 * MiB);
}

TEST(ThisMachine, HasMemory) {
    EXPECT_GT(machine_memory(), 0U);
    EXPECT_LE(machine_memory(), machine_memory("/nowhere", "/nowhere"));
}

}  // namespace
}  // namespace bridge::platform
