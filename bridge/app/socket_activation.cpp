#include "bridge/app/socket_activation.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace bridge::app {
namespace {

// SD_LISTEN_FDS_START
constexpr int first_descriptor = 3;

// systemd passes a few. A larger number is a mistake of somebody who set the variable.
constexpr int most_sockets = 64;

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

int number_in(std::string_view text) {
    int out = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() ? out : -1;
}

// Removes the first of the names that colons separate, and returns it.
std::string_view next_name(std::string_view& names) {
    const std::string_view out = names.substr(0, names.find(':'));
    names.remove_prefix(std::min(names.size(), out.size() + 1));
    return out;
}

}  // namespace

activated_sockets acquire_activated_sockets(std::string& wrong) {
    const std::string process = variable("LISTEN_PID");
    const std::string count = variable("LISTEN_FDS");
    const std::string all_names = variable("LISTEN_FDNAMES");
    activated_sockets out;
    // The variables can be those of a parent that was started by systemd and did not remove them.
    if (number_in(process) != getpid()) return out;
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(name);
    const int sockets = number_in(count);
    if (sockets < 0 || sockets > most_sockets) {
        wrong = "LISTEN_FDS: '" + count + "' is no number of sockets";
        return out;
    }
    std::string_view names = all_names;
    for (int each = first_descriptor; each < first_descriptor + sockets; ++each) {
        const std::string_view name = next_name(names);
        std::string reason;
        auto given = http::inspect_socket(core::unique_fd(each), reason);
        if (!given) {
            wrong = "LISTEN_FDS: descriptor " + std::to_string(each) + " cannot be used: " + reason;
            return out;
        }
        given->is_managed = true;
        (name == "metrics" ? out.metrics : out.clients).push_back(std::move(*given));
    }
    return out;
}

}  // namespace bridge::app
