#include "tests/support/stdio_fixture/preparation.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace fixture {
namespace {

constexpr useconds_t installation_us = 700'000;

[[noreturn]] void fail(const std::string& text) {
    std::fprintf(stderr, "stdio_fixture: %s\n", text.c_str());
    std::exit(7);
}

// Returns false if the file is there already.
bool make_file(const std::string& path) {
    const int made = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (made >= 0) ::close(made);
    return made >= 0;
}

}  // namespace

void lock(const std::string& file) {
    // Not inherited, so that a grandchild does not keep the lock.
    const int locked = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (locked < 0 || ::flock(locked, LOCK_EX | LOCK_NB) != 0) fail("another process has locked " + file);
}

void install(const std::string& folder) {
    const std::string installed = folder + "/installed";
    const std::string installing = folder + "/installing";
    const std::string broken = folder + "/broken";
    if (std::filesystem::exists(installed)) return;
    if (!make_file(installing)) make_file(broken);
    if (!std::filesystem::exists(broken)) ::usleep(installation_us);
    if (std::filesystem::exists(broken)) fail("ENOTEMPTY: two processes have installed at the same time in " + folder);
    make_file(installed);
}

}  // namespace fixture
