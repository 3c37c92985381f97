#include "tests/support/leak_check.hpp"

#include <dirent.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test_support {
namespace {

std::map<std::string, std::string> open_descriptors() {
    std::map<std::string, std::string> open;
    DIR* folder = ::opendir("/proc/self/fd");
    const std::string own = std::to_string(::dirfd(folder));
    while (const dirent* entry = ::readdir(folder)) {
        const std::string name = entry->d_name;
        if (name.starts_with('.') || name == own) continue;
        char target[PATH_MAX];
        const auto size = ::readlink(("/proc/self/fd/" + name).c_str(), target, sizeof target);
        open[name] = std::string(target, static_cast<std::size_t>(size < 0 ? 0 : size));
    }
    ::closedir(folder);
    return open;
}

}  // namespace

void leak_check::OnTestStart(const testing::TestInfo&) {
    open_before_ = open_descriptors();
}

void leak_check::OnTestEnd(const testing::TestInfo&) {
    for (const auto& [descriptor, target] : open_descriptors()) {
        const auto before = open_before_.find(descriptor);
        if (before == open_before_.end() || before->second != target) {
            ADD_FAILURE() << "the test left descriptor " << descriptor << " open: " << target;
        }
    }
    siginfo_t dead{};
    if (::waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) == 0 && dead.si_pid != 0) {
        ADD_FAILURE() << "the test left the dead child " << dead.si_pid << " unreaped";
        // So that the next test is not blamed too.
        ::waitpid(dead.si_pid, nullptr, WNOHANG);
    }
}

}  // namespace test_support
