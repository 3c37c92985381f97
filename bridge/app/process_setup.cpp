#include "bridge/app/process_setup.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string_view>

#include "bridge/core/memory.hpp"
#include "bridge/platform/this_process.hpp"
#include "bridge/process/command.hpp"

namespace bridge::app {

void set_up_process() {
    core::set_up_memory();
    // A write to a child that has ended, or to a file that has reached its limit (RLIMIT_FSIZE), fails with an errno instead. The bridge
    // does not use the other two signals, which end a process by default; tools that rotate logs send them.
    for (const int number : {SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2}) std::signal(number, SIG_IGN);
    // If the parent ignored SIGCHLD, the kernel would reap the bridge's children before the bridge can.
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

bool has_terminal() {
    const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

bool ignores_hangups() {
    struct sigaction now {};
    return sigaction(SIGHUP, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

namespace {

void hide_from(char* secret) {
    for (; *secret != '\0'; ++secret) *secret = '*';
}

void hide_key(char* pair) {
    // A pair without a name could be a key as a whole.
    char* const equals = std::strchr(pair, '=');
    hide_from(equals == nullptr ? pair : equals + 1);
}

void hide_value(char* variable) {
    if (char* const equals = std::strchr(variable, '=')) hide_from(equals + 1);
}

struct secret_option {
    std::string_view name;
    void (*hide)(char*);
};
constexpr secret_option secret_options[] = {{"--key", hide_key}, {"--state-key", hide_from}, {"--env", hide_value}};

}  // namespace

void protect_process() {
    platform::hide_memory();
}

void hide_values(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (process::is_harmless(name)) continue;
        // A name can occur twice in the environment; getenv returns the first one. All of them are overwritten.
        for (char** each = platform::environment(); *each != nullptr; ++each) {
            const std::string_view variable = *each;
            if (variable.starts_with(name) && variable.substr(name.size()).starts_with('=')) hide_value(*each);
        }
    }
}

void hide_secrets(char** arguments) {
    for (char** at = arguments; *at != nullptr && std::string_view(*at) != "--"; ++at) {
        const std::string_view text = *at;
        for (const auto& [name, hide] : secret_options) {
            if (text.starts_with(name) && text.substr(name.size()).starts_with('=')) hide(*at + name.size() + 1);
            if (text == name && at[1] != nullptr) {
                hide(*++at);
                break;
            }
        }
    }
}

std::span<char> title_of_process(char** arguments) {
    if (arguments == nullptr || arguments[0] == nullptr) return {};
    char* end = arguments[0];
    // Variables that were set later have their memory elsewhere.
    for (char** list : {arguments, platform::environment()}) {
        for (; *list != nullptr; ++list) {
            if (*list == end) end += std::strlen(*list) + 1;
        }
    }
    return {arguments[0], end};
}

}  // namespace bridge::app
