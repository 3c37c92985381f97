// Promise: a server inherits no descriptor of the bridge, and no privilege that it was not given.
#include "bridge/platform/new_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "tests/integration/platform/forked.hpp"
#include "tests/support/temp_folder.hpp"

namespace bridge::platform {
namespace {

constexpr uid_t nobody = 65534;

bool is_open(int descriptor) {
    return ::fcntl(descriptor, F_GETFD) >= 0;
}

// Executes the file in a process of its own. Returns its exit code, or 100 and the error.
int execute(const std::string& path) {
    return exit_code_of([&] {
        std::string name = "program";
        const std::array<char*, 2> arguments{name.data(), nullptr};
        const std::array<char*, 1> variables{nullptr};
        execute_descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC), arguments.data(), variables.data());
        return 100 + errno;
    });
}

TEST(NewProcess, KeepsNoDescriptorFromTheFirstOneOn) {
    EXPECT_EQ(exit_code_of([] {
                  const int low = ::open("/dev/null", O_RDONLY);
                  const int middle = ::open("/dev/null", O_RDONLY);
                  const int high = ::dup2(low, middle + 100);
                  close_from(middle);
                  return is_open(low) && !is_open(middle) && !is_open(high) ? 0 : 1;
              }),
              0);
}

TEST(NewProcess, BecomesTheProgramOfADescriptor) {
    EXPECT_EQ(execute("/bin/true"), 0);
    EXPECT_EQ(execute("/bin/false"), 1);
}

TEST(NewProcess, LearnsWhyItCannotBecomeTheProgram) {
    const test_support::temp_folder folder;
    const std::string text = folder.file("text", "no program\n");
    EXPECT_EQ(execute(text), 100 + EACCES);
    ASSERT_EQ(::chmod(text.c_str(), 0755), 0);
    EXPECT_EQ(execute(text), 100 + ENOEXEC);
}

TEST(NewProcess, GetsNoPrivilegesAfterItHasForgoneThem) {
    EXPECT_EQ(exit_code_of([] { return forgo_privileges() && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1; }), 0);
}

TEST(NewProcess, BecomesAnotherUserForGood) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    EXPECT_EQ(exit_code_of([] {
                  constexpr std::array<gid_t, 2> groups{nobody, 12345};
                  if (!become(nobody, nobody, groups)) return 1;
                  uid_t user[3];
                  gid_t group[3];
                  if (::getresuid(&user[0], &user[1], &user[2]) != 0 || ::getresgid(&group[0], &group[1], &group[2]) != 0) return 2;
                  for (int i = 0; i < 3; ++i) {
                      if (user[i] != nobody || group[i] != nobody) return 3;
                  }
                  std::array<gid_t, 10> further{};
                  if (::getgroups(further.size(), further.data()) != 2 || ::setuid(0) == 0) return 4;
                  return !become(0, 0, groups) && errno == EPERM ? 0 : 5;
              }),
              0);
}

}  // namespace
}  // namespace bridge::platform
