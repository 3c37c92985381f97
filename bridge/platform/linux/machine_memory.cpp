#include "bridge/platform/linux/machine_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>

#include "bridge/platform/machine_memory.hpp"

namespace bridge::platform {
namespace {

// Returns the number in a file of a control group, or nothing if the file is missing or says that there is no limit ("max").
std::optional<std::size_t> number_in(const std::string& path) {
    std::ifstream in(path);
    std::string word;
    if (!(in >> word)) return std::nullopt;
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || value == 0) return std::nullopt;
    return value;
}

// Returns the smallest of `least` and the limits of the group `path` below `root` and of its ancestors. In a container `path` can be one
// that only the host sees; then only `root` itself has the file.
std::size_t least_limit(const std::string& root, std::string_view path, const char* file, std::size_t least) {
    for (;;) {
        while (path.ends_with('/')) path.remove_suffix(1);
        if (const auto limit = number_in(root + std::string(path) + '/' + file)) least = std::min(least, *limit);
        const std::size_t slash = path.rfind('/');
        if (slash == std::string_view::npos) return least;
        path = path.substr(0, slash);
    }
}

bool names_memory(std::string_view controllers) {
    while (!controllers.empty()) {
        const std::size_t comma = std::min(controllers.find(','), controllers.size());
        if (controllers.substr(0, comma) == "memory") return true;
        controllers.remove_prefix(std::min(comma + 1, controllers.size()));
    }
    return false;
}

}  // namespace

std::size_t machine_memory(const std::string& proc, const std::string& groups) {
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    std::size_t least = static_cast<std::size_t>(std::max(pages, 0L)) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    // Lines of "number:controllers:path" (cgroups(7)); version 2 has no controllers.
    std::ifstream in(proc + "/self/cgroup");
    for (std::string line; std::getline(in, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
        const std::string_view path = std::string_view(line).substr(second + 1);
        if (controllers.empty()) least = least_limit(groups, path, "memory.max", least);
        if (names_memory(controllers)) least = least_limit(groups + "/memory", path, "memory.limit_in_bytes", least);
    }
    return least;
}

std::size_t machine_memory() {
    return machine_memory("/proc", "/sys/fs/cgroup");
}

}  // namespace bridge::platform
