#include "tests/support/stdio_fixture/crash.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "tests/support/stdio_fixture/line_writer.hpp"

namespace fixture {

void die(const std::string& ending) {
    const int number = std::atoi(ending.substr(ending.find(':') + 1).c_str());
    if (ending.starts_with("exit:")) ::_exit(number);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    // The default action, so that no sanitizer turns the signal into a report and an exit code.
    std::signal(number, SIG_DFL);
    std::raise(number);
    ::_exit(99);
}

void crash(const options& chosen) {
    if (!chosen.crash_once_file.empty()) {
        if (std::ifstream(chosen.crash_once_file).good()) return;
        std::ofstream(chosen.crash_once_file) << ::getpid() << '\n';
    }
    for (const std::string& line : chosen.last_words) write_all(2, line + "\n");
    die(chosen.crash_by);
}

}  // namespace fixture
