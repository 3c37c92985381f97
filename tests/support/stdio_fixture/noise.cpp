#include "tests/support/stdio_fixture/noise.hpp"

#include <string>

#include "tests/support/stdio_fixture/line_writer.hpp"

namespace fixture {

void write_noise(int fd, long lines) {
    std::string all;
    for (long i = 1; i <= lines; ++i) {
        all += "noise " + std::to_string(i) + " of " + std::to_string(lines) + ": not a message\n";
    }
    write_all(fd, all);
}

void write_noise_mib(int fd, long mib) {
    const std::string line = std::string(1023, 'e') + '\n';
    for (long i = 0; i < mib * 1024; ++i) write_all(fd, line);
}

}  // namespace fixture
