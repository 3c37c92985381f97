// Promise: `--version --verbose` names the C library that the program runs with.
#include "bridge/platform/c_library.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>

namespace bridge::platform {
namespace {

TEST(CLibrary, IsTheOneOfTheSystem) {
    std::array<char, 100> text{};
    ASSERT_GT(::confstr(_CS_GNU_LIBC_VERSION, text.data(), text.size()), 0U);
    const named_version found = c_library();
    EXPECT_EQ(std::string(found.name) + ' ' + std::string(found.version), text.data());
}

}  // namespace
}  // namespace bridge::platform
