#include <dirent.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <csignal>
#include <fstream>

#include "tests/support/raw_json.hpp"
#include "tests/support/stdio_fixture/crash.hpp"
#include "tests/support/stdio_fixture/grandchild.hpp"
#include "tests/support/stdio_fixture/line_writer.hpp"
#include "tests/support/stdio_fixture/noise.hpp"
#include "tests/support/stdio_fixture/tools.hpp"

namespace fixture {
namespace {

using test_support::quoted_json;

void crash_now(server& s, const call& c) {
    const std::string how = c.text("how");
    if (const std::string words = c.text("stderr"); !words.empty()) write_all(2, words + "\n");
    s.loop().after(std::chrono::milliseconds(c.number("after_ms", 0)), [how] { die(how.empty() ? "exit:3" : how); });
    if (c.flag("then_answer")) s.answer_text(c, "dying");
}

void flood_stdout(server& s, const call& c) {
    write_noise(1, c.number("lines", 1000));
    s.answer_text(c, "flooded");
}

// Until nobody reads any more: then SIGPIPE ends the process.
[[noreturn]] void endless_line(server&, const call& c) {
    write_all(1, R"({"jsonrpc":"2.0","id":)" + std::string(c.id) + R"(,"result":{"content":[{"type":"text","text":")");
    const std::string more(64 * 1024, 'x');
    const long pace = c.number("mib_a_second", 0);
    for (;;) {
        write_all(1, more);
        if (pace > 0) ::usleep(static_cast<useconds_t>(1'000'000 / 16 / pace));
    }
}

void flood_stderr(server& s, const call& c) {
    write_noise_mib(2, c.number("mib", 1));
    s.answer_text(c, "flooded");
}

void write_stderr(server& s, const call& c) {
    write_all(2, c.text("text") + "\n");
    s.answer_text(c, "written");
}

void grandchild(server& s, const call& c) {
    const grandchild_wishes wishes{c.flag("hold_stdout"), c.flag("ignore_term"), c.flag("own_session"), c.flag("daemon")};
    s.answer(c, R"({"content":[],"structuredContent":{"pid":)" + std::to_string(start_grandchild(wishes)) + "}}");
}

void stop_reading(server& s, const call& c) {
    s.answer_text(c, "not reading any more");
    s.loop().stop_reading();
}

void close_stdout(server&, const call&) {
    ::close(1);
}

std::string open_descriptors() {
    std::string list;
    DIR* folder = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(folder)) {
        const std::string name = entry->d_name;
        if (name.starts_with('.') || name == std::to_string(::dirfd(folder))) continue;
        char target[PATH_MAX];
        const auto size = ::readlink(("/proc/self/fd/" + name).c_str(), target, sizeof target);
        list += (list.empty() ? "" : ",") + quoted_json(name) + ":" + quoted_json({target, static_cast<std::size_t>(size < 0 ? 0 : size)});
    }
    ::closedir(folder);
    return "{" + list + "}";
}

std::string environment() {
    std::string list;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        list += (list.empty() ? "" : ",") + quoted_json(text.substr(0, equals)) + ":" + quoted_json(text.substr(equals + 1));
    }
    return "{" + list + "}";
}

/// The named mask of /proc/self/status, in hex: which signals are ignored (SigIgn) or blocked (SigBlk).
std::string signal_mask(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string key, value; status >> key >> value;) {
        if (key == name + ":") return value;
    }
    return {};
}

void process(server& s, const call& c) {
    char folder[PATH_MAX] = "";
    const std::string cwd = ::getcwd(folder, sizeof folder) != nullptr ? folder : "";
    const auto number = [](long value) { return std::to_string(value); };
    s.answer(c, R"({"content":[],"structuredContent":{"pid":)" + number(::getpid()) + R"(,"ppid":)" + number(::getppid()) + R"(,"pgid":)" +
                    number(::getpgrp()) + R"(,"sid":)" + number(::getsid(0)) + R"(,"cwd":)" + quoted_json(cwd) + R"(,"fds":)" + open_descriptors() +
                    R"(,"ignored_signals":)" + quoted_json(signal_mask("SigIgn")) + R"(,"blocked_signals":)" + quoted_json(signal_mask("SigBlk")) +
                    R"(,"environment":)" + environment() + "}}");
}

constexpr tool tools[] = {
    {"crash", "{how?: exit:CODE|signal:N, stderr?, after_ms?, then_answer?}: dies", crash_now},
    {"flood_stdout", "{lines}: so many lines of noise on stdout, then the answer", flood_stdout},
    {"endless_line", "{mib_a_second?}: begins an answer, and writes on without ever coming to its end", endless_line},
    {"flood_stderr", "{mib}: so many MiB on stderr, then the answer", flood_stderr},
    {"stderr", "{text}: a line on stderr, then the answer", write_stderr},
    {"grandchild", "{hold_stdout?, ignore_term?, own_session?, daemon?}: starts one that sleeps, reports its pid", grandchild},
    {"stop_reading", "answers, then never reads stdin again", stop_reading},
    {"close_stdout", "closes stdout and lives on", close_stdout},
    {"process", "reports pid, ppid, pgid, sid, cwd, fds, ignored_signals, blocked_signals, environment", process},
};

}  // namespace

std::span<const tool> process_tools() {
    return tools;
}

}  // namespace fixture
