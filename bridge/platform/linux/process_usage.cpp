#include "bridge/platform/process_usage.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace bridge::platform {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Returns the start time of the system, in seconds since 1970.
double boot_time() {
    std::ifstream in("/proc/stat");
    for (std::string word; in >> word;) {
        if (double value = 0; word == "btime" && in >> value) return value;
        in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return 0;
}

// Returns the start time of this process. proc(5), /proc/[pid]/stat: the 22nd field, in clock ticks since boot. The second field may
// contain spaces and parentheses.
double start_time() {
    std::ifstream in("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return 0;
    constexpr int fields_between = 19;
    std::size_t at = name_end + 1;
    for (int field = 0; field < fields_between && at != std::string::npos; ++field) at = text.find(' ', at + 1);
    if (at == std::string::npos) return 0;
    return boot_time() + std::stod(text.substr(at)) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::uint64_t count_open_files() {
    std::error_code error;
    std::uint64_t count = 0;
    for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end; at.increment(error)) ++count;
    // One of the descriptors was open only to read the folder.
    return count == 0 ? 0 : count - 1;
}

}  // namespace

process_usage read_process_usage() {
    process_usage out;
    rusage used{};
    if (getrusage(RUSAGE_SELF, &used) == 0) out.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    static const double started = start_time();
    out.start_time = started;
    std::uint64_t pages = 0;
    std::uint64_t resident_pages = 0;
    if (std::ifstream in("/proc/self/statm"); in >> pages >> resident_pages) {
        const auto page_size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        out.virtual_bytes = pages * page_size;
        out.resident_bytes = resident_pages * page_size;
    }
    out.open_files = count_open_files();
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) out.most_files = files.rlim_cur;
    return out;
}

}  // namespace bridge::platform
