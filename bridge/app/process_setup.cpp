#include "bridge/app/process_setup.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string_view>

extern char** environ;

namespace bridge::app {

void set_up_process() {
    std::signal(SIGPIPE, SIG_IGN);
    // A SIGCHLD that was ignored by whoever started us would reap our children behind our back.
    std::signal(SIGCHLD, SIG_DFL);
    int fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO) fd = dup(fd);
    if (fd > STDERR_FILENO) close(fd);
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

void hide_keys(char** arguments) {
    constexpr std::string_view option = "--key";
    const auto hide = [](char* pair) {
        // Without a name in front all of it could be the key.
        char* const equals = std::strchr(pair, '=');
        for (char* at = equals == nullptr ? pair : equals + 1; *at != '\0'; ++at) *at = '*';
    };
    for (char** at = arguments; *at != nullptr && std::string_view(*at) != "--"; ++at) {
        const std::string_view text = *at;
        if (text == option && at[1] != nullptr) hide(*++at);
        if (text.starts_with(option) && text.substr(option.size()).starts_with('=')) hide(*at + option.size() + 1);
    }
}

std::span<char> title_of_process(char** arguments) {
    if (arguments == nullptr || arguments[0] == nullptr) return {};
    char* end = arguments[0];
    // Whatever was set since then lies elsewhere.
    for (char** list : {arguments, environ}) {
        for (; *list != nullptr; ++list) {
            if (*list == end) end += std::strlen(*list) + 1;
        }
    }
    return {arguments[0], end};
}

}  // namespace bridge::app
