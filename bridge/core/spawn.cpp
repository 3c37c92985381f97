#include "bridge/core/spawn.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bridge::core {
namespace {

// EX_SOFTWARE of sysexits.h.
constexpr int software_failed = 70;

// Calls `use` with the text of `failure`. The text lives as long as the exception, and needs no memory.
template <class Use>
void with_text_of(const std::exception_ptr& failure, Use use) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        use(error.what());
    } catch (...) {
        use("an exception of an unknown type");
    }
}

// The last resort if the log itself fails. It needs no memory.
void write_plainly(const char* first, const char* second) noexcept {
    char line[256];
    const int length = std::snprintf(line, sizeof line, "mcp-bridge: %s failed: %s\n", first, second);
    if (length <= 0) return;
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line, std::min(static_cast<std::size_t>(length), sizeof line - 1));
}

std::uint64_t counted_failures = 0;

std::function<void()>& last_act() {
    static std::function<void()> act;
    return act;
}

}  // namespace

void set_last_act(std::function<void()> act) {
    last_act() = std::move(act);
}

std::uint64_t failures() {
    return counted_failures;
}

void report_failure(const coroutine_name& coroutine, const std::exception_ptr& failure) noexcept {
    ++counted_failures;
    with_text_of(failure, [&](const char* text) {
        try {
            spdlog::error("{} failed: {}; {}", coroutine.name, text, coroutine.consequence);
        } catch (...) {
            write_plainly(coroutine.name, text);
        }
    });
}

void end_program(const char* part, const std::exception_ptr& failure) noexcept {
    if (failure) report_failure({part, "the bridge cannot live without it"}, failure);
    try {
        // Only once, because the act itself may be what fails.
        if (const auto act = std::exchange(last_act(), nullptr)) act();
    } catch (...) {
        write_plainly(part, "what was to be done last failed too");
    }
    try {
        spdlog::critical("{} is gone: the bridge ends with exit code {}", part, software_failed);
        // Waits for a moment until a slow reader of the log has read the lines.
        spdlog::shutdown();
    } catch (...) {
        write_plainly(part, "the bridge ends");
    }
    std::_Exit(software_failed);
}

void set_up_end() {
    std::set_terminate([] { end_program("the program", std::current_exception()); });
}

}  // namespace bridge::core
