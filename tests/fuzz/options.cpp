// The command line and the environment: whatever is given, the outcome is options that keep their promises or a mistake that is told on
// readable lines.
//
// Input: the contents of a file up to a zero byte, then lines, each an argument, or a variable of the environment if it begins with '$'. A
// keys file or a configuration file that is named is replaced by this one, so that no other file is read.
#include <sys/mman.h>
#include <unistd.h>

#include <cctype>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "bridge/app/options.hpp"
#include "bridge/core/utf8.hpp"
#include "bridge/jsonrpc/nesting.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using bridge::app::options;
using fuzzing::require;

// A file without a name.
class given_file {
public:
    given_file() : fd_(memfd_create("given", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(fd_)) {}

    const std::string& path() const { return path_; }

    void hold(std::string_view text) const {
        require(ftruncate(fd_, 0) == 0 && pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()), "the file is written");
    }

private:
    int fd_;
    std::string path_;
};

// Holds what is printed while it lives.
class capture {
public:
    capture() : out_(std::cout.rdbuf(text_.rdbuf())), err_(std::cerr.rdbuf(text_.rdbuf())) {}
    ~capture() {
        std::cout.rdbuf(out_);
        std::cerr.rdbuf(err_);
    }
    capture(const capture&) = delete;
    capture& operator=(const capture&) = delete;

    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::streambuf* out_;
    std::streambuf* err_;
};

// Variables that are set while it lives.
class environment {
public:
    void set(const std::string& name, const std::string& value) {
        if (!name.starts_with("MCP_BRIDGE_") && name != "FUNCTIONS_CUSTOMHANDLER_PORT") return;
        if (setenv(name.c_str(), value.c_str(), 1) == 0) names_.push_back(name);
    }
    environment() = default;
    ~environment() {
        for (const std::string& each : names_) unsetenv(each.c_str());
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

private:
    std::vector<std::string> names_;
};

struct given {
    std::vector<std::string> arguments{"mcp-bridge"};
    environment variables;
};

void add(given& out, std::string_view line, const std::string& keys) {
    line = line.substr(0, line.find('\0'));
    const bool names_keys = line.find("keys-file") != std::string_view::npos || line.find("KEYS_FILE") != std::string_view::npos;
    const bool names_config = line.find("config") != std::string_view::npos || line.find("CONFIG") != std::string_view::npos;
    if (line.starts_with('$')) {
        line.remove_prefix(1);
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) return;
        out.variables.set(std::string(line.substr(0, equals)), names_keys || names_config ? keys : std::string(line.substr(equals + 1)));
    } else {
        out.arguments.push_back(names_keys ? "--keys-file=" + keys : names_config ? "--config=" + keys : std::string(line));
    }
}

// What the user types behind `--` is the server's command, argument for argument.
void check_command(const std::vector<std::string>& arguments, const options& out) {
    const auto mark = std::ranges::find(arguments, "--");
    require(!out.command.empty(), "there is a command");
    if (mark == arguments.end()) return;
    const auto count = arguments.end() - mark - 1;
    require(std::ranges::equal(mark + 1, arguments.end(), out.command.end() - std::min<std::ptrdiff_t>(count, std::ssize(out.command)),
                               out.command.end()),
            "the server's command line is what stands behind --");
}

void check_bounds(const bridge::core::limits& bounds) {
    for (const std::size_t each : {bounds.header_bytes,        bounds.body_bytes,       bounds.connections,
                                   bounds.batch_messages,      bounds.line_bytes,       bounds.exchanges_per_session,
                                   bounds.exchanges_per_child, bounds.stream_messages,  bounds.stream_bytes,
                                   bounds.held_messages,       bounds.held_bytes,       bounds.replay_events,
                                   bounds.replay_bytes,        bounds.sessions,         bounds.sessions_per_principal,
                                   bounds.handshakes,          bounds.handshake_bytes,  bounds.children,
                                   bounds.child_backlog_bytes, bounds.child_requests,   bounds.stderr_line_bytes,
                                   bounds.waiting_requests,    bounds.background_tasks, bounds.background_tasks_per_principal}) {
        require(each > 0 && each <= std::size_t{1} << 40U, "a bound is positive, and sums of bounds do not overflow");
    }
    require(bounds.header_bytes <= std::size_t{1} << 30U, "the parser can count the headers' bytes");
    require(bounds.json_depth > 0 && bounds.json_depth <= bridge::jsonrpc::deepest_nesting, "the depth is one that a scanner can be asked for");
    for (const std::chrono::milliseconds each :
         {bounds.header_timeout,      bounds.body_timeout,       bounds.idle_timeout, bounds.write_timeout,   bounds.hold_timeout,
          bounds.stream_max_age,      bounds.resume_delay,       bounds.silence,      bounds.request_timeout, bounds.request_timeout_most,
          bounds.silent_request_most, bounds.session_evict,      bounds.session_idle, bounds.sse_grace,       bounds.start_timeout,
          bounds.restart_delay,       bounds.restart_delay_most, bounds.stop_grace,   bounds.drain_timeout,   bounds.trial_after,
          bounds.first_answer_wait,   bounds.task_after,         bounds.task_time,    bounds.task_keep}) {
        require(each.count() >= 0 && each <= std::chrono::hours(24) * 366, "a time is one that the clock can be asked for");
    }
}

void check(const options& out) {
    require(out.path.starts_with('/') && (out.sse_path.empty() || out.sse_path.starts_with('/')), "a path starts with /");
    require(out.path != out.sse_path && (out.sse_path.empty() || out.message_path != out.path), "the paths differ");
    for (const auto& each : out.keys) require(!each.name.empty() && each.secret.size() >= 8, "a key has a name and is not short");
    check_bounds(out.bounds);
}

// Of a mistake: lines, and nothing that a terminal or a log would take for more than text.
void check_readable(const std::string& text) {
    require(text.starts_with("mcp-bridge: ") && text.ends_with('\n'), "a mistake is told");
    require(std::ranges::count(text, '\n') == 2, "a mistake is told on one line, with a hint on the next");
    require(std::ranges::none_of(text, [](char c) { return c != '\n' && std::iscntrl(static_cast<unsigned char>(c)) != 0; }),
            "the text of a mistake is printable");
    require(bridge::core::is_utf8(text), "the text of a mistake is UTF-8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const given_file keys;
    fuzzing::input in(data, size);
    keys.hold(in.until('\0'));
    given what;
    while (!in.is_empty()) add(what, in.until('\n'), keys.path());
    std::vector<const char*> argv;
    for (const std::string& each : what.arguments) argv.push_back(each.c_str());
    const int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);

    const capture printed;
    const bridge::app::parsed read = bridge::app::parse_options(argc, argv.data());
    if (read.value) {
        require(read.exit_code == 0 && printed.text().empty(), "what is right needs no words");
        check_command(what.arguments, *read.value);
        check(*read.value);
    } else if (read.exit_code == 2) {
        check_readable(printed.text());
    } else {
        require(read.exit_code == 0 && !printed.text().empty(), "help is printed");
    }
    return 0;
}
