// Promise: a copy of a program in memory has its bytes, whatever the program is called, and no other program gets it.
#include "bridge/platform/memory_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>

#include "tests/support/temp_folder.hpp"
#include "tests/support/unique_fd.hpp"

namespace bridge::platform {
namespace {

using test_support::unique_fd;

std::string contents(const unique_fd& file) {
    std::string out(100, '\0');
    const ssize_t count = ::pread(file.get(), out.data(), out.size(), 0);
    out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return out;
}

class MemoryFile : public testing::Test {
protected:
    const test_support::temp_folder folder_;
    const std::string path_ = folder_.file("source", "0123456789");
    const unique_fd source_{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
};

TEST_F(MemoryFile, IsNewAndMayHaveAnyName) {
    for (const std::string& name : {std::string("server"), std::string(), std::string(1000, 'x')}) {
        const unique_fd made(make_memory_file(name));
        struct stat info {};
        ASSERT_EQ(::fstat(made.get(), &info), 0) << name;
        EXPECT_EQ(info.st_size, 0);
        EXPECT_NE(info.st_mode & S_IXUSR, 0U);
        EXPECT_EQ(::fcntl(made.get(), F_GETFD), FD_CLOEXEC);
    }
}

TEST_F(MemoryFile, GetsTheFirstBytes) {
    const unique_fd target(make_memory_file("copy"));
    ASSERT_EQ(::lseek(source_.get(), 4, SEEK_SET), 4);
    EXPECT_TRUE(copy_bytes(source_.get(), target.get(), 3));
    EXPECT_EQ(contents(target), "012");
    EXPECT_EQ(::lseek(source_.get(), 0, SEEK_CUR), 4) << "the position was moved";
    EXPECT_TRUE(copy_bytes(source_.get(), target.get(), 2));
    EXPECT_EQ(contents(target), "01201");
}

TEST_F(MemoryFile, GetsAllOfAFileThatHasFewer) {
    const unique_fd target(make_memory_file("copy"));
    EXPECT_TRUE(copy_bytes(source_.get(), target.get(), 1000));
    EXPECT_EQ(contents(target), "0123456789");
}

TEST_F(MemoryFile, SaysThatBytesCannotBeCopied) {
    const unique_fd closed(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    errno = 0;
    EXPECT_FALSE(copy_bytes(source_.get(), closed.get(), 5));
    EXPECT_EQ(errno, EBADF) << "it is open for reading only";
}

}  // namespace
}  // namespace bridge::platform
