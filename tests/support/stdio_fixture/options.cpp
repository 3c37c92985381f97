#include "tests/support/stdio_fixture/options.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fixture {
namespace {

struct flag {
    std::string_view name;
    std::string_view value;  ///< what the value is called in --help; empty: the flag takes none
    std::string_view help;
    void (*apply)(options&, const std::string&);
};

long number(const std::string& text) {
    return std::strtol(text.c_str(), nullptr, 10);
}

id_style id_style_of(const std::string& text) {
    if (text == "string") return id_style::text;
    if (text == "null") return id_style::null;
    if (text == "unknown") return id_style::unknown;
    if (text == "decimal") return id_style::decimal;
    return id_style::same;
}

constexpr flag flags[] = {
    {"--name", "TEXT", "serverInfo.name", [](options& o, const std::string& v) { o.name = v; }},
    {"--protocol-version", "V", "answer initialize with V whatever was asked",
     [](options& o, const std::string& v) { o.protocol_version = v; }},
    {"--capabilities", "JSON", "answer initialize with these capabilities",
     [](options& o, const std::string& v) { o.capabilities = v; }},
    {"--start-delay", "MS", "do nothing for so long after the start",
     [](options& o, const std::string& v) { o.start_delay_ms = number(v); }},
    {"--lock", "FILE", "lock FILE as long as it runs; die with a message if another process has locked it",
     [](options& o, const std::string& v) { o.lock_file = v; }},
    {"--cold-install", "FOLDER", "install itself first, unless FOLDER says that it is installed; two at once break FOLDER",
     [](options& o, const std::string& v) { o.install_folder = v; }},
    {"--banner", "N", "N lines of noise on stdout before anything else",
     [](options& o, const std::string& v) { o.banner_lines = number(v); }},
    {"--prompt", "TEXT", "TEXT on stdout and on stderr before anything else, without the end of a line",
     [](options& o, const std::string& v) { o.prompt = v; }},
    {"--stderr-mib", "N", "N MiB on stderr before anything else",
     [](options& o, const std::string& v) { o.stderr_mib = number(v); }},
    {"--starts", "FILE", "append the process id to FILE at the start",
     [](options& o, const std::string& v) { o.starts_file = v; }},
    {"--record", "FILE", "append every line received to FILE, byte for byte",
     [](options& o, const std::string& v) { o.record_file = v; }},
    {"--calls", "FILE", "append the process id to FILE when a tool call arrives",
     [](options& o, const std::string& v) { o.calls_file = v; }},
    {"--grandchild", "", "start a child at once that holds stdout open",
     [](options& o, const std::string&) { o.hold_stdout_by_grandchild = true; }},
    {"--crlf", "", "end lines with CR LF", [](options& o, const std::string&) { o.line_end = "\r\n"; }},
    {"--bom", "", "begin the output with a byte order mark",
     [](options& o, const std::string&) { o.byte_order_mark = true; }},
    {"--bytewise", "", "write every line byte by byte, each once the one before was read",
     [](options& o, const std::string&) { o.bytewise = true; }},
    {"--echo", "", "write back each line that comes in, as a terminal does", [](options& o, const std::string&) { o.echo = true; }},
    {"--ids", "same|string|null|unknown|decimal", "how ids come back in answers",
     [](options& o, const std::string& v) { o.ids = id_style_of(v); }},
    {"--answers", "N", "answer each request N times (0: never)",
     [](options& o, const std::string& v) { o.answers_per_request = number(v); }},
    {"--crash-on", "start|METHOD", "die at the start, or when METHOD arrives",
     [](options& o, const std::string& v) { o.crash_on = v; }},
    {"--crash-at", "TEXT", "die when a message arrives that holds TEXT",
     [](options& o, const std::string& v) { o.crash_at = v; }},
    {"--crash-after", "N", "die when tool call N+1 arrives",
     [](options& o, const std::string& v) { o.crash_after_calls = number(v); }},
    {"--crash-after-ms", "MS", "die so long after the start",
     [](options& o, const std::string& v) { o.crash_after_ms = number(v); }},
    {"--crash-by", "exit:CODE|signal:N", "how to die (default exit:3)",
     [](options& o, const std::string& v) { o.crash_by = v; }},
    {"--crash-once", "FILE", "die only while FILE does not exist, and make it then",
     [](options& o, const std::string& v) { o.crash_once_file = v; }},
    {"--last-words", "TEXT", "a line on stderr before dying; may be repeated",
     [](options& o, const std::string& v) { o.last_words.push_back(v); }},
    {"--ignore-term", "", "ignore SIGTERM", [](options& o, const std::string&) { o.ignore_term = true; }},
    {"--ignore-eof", "", "live on when stdin ends", [](options& o, const std::string&) { o.ignore_eof = true; }},
    {"--not-reading", "", "never read stdin", [](options& o, const std::string&) { o.not_reading = true; }},
    {"--fault", "NAME", "begin this fault, see README.md, with SIGUSR1, and end it with the next",
     [](options& o, const std::string& v) { o.fault = v; }},
    {"--fault-at", "start|METHOD", "begin it by itself at the start, or when METHOD arrives",
     [](options& o, const std::string& v) { o.fault_at = v; }},
    {"--fault-while", "FILE", "by itself only if FILE exists, which is removed then: once",
     [](options& o, const std::string& v) { o.fault_while = v; }},
    {"--era", "legacy|modern|dual", "the eras that it speaks (default legacy)",
     [](options& o, const std::string& v) { o.era = v; }},
    {"--initialize-error", "CODE", "in the modern era, refuse initialize with this code (default -32022)",
     [](options& o, const std::string& v) { o.initialize_error = number(v); }},
    {"--no-result-type", "", "in the modern era, leave resultType out of results of requests",
     [](options& o, const std::string&) { o.no_result_type = true; }},
    {"--on-listen", "error|nothing|tools|silence|end", "what subscriptions/listen gets (default what it asks for)",
     [](options& o, const std::string& v) { o.on_listen = v; }},
    {"--tasks", "", "have tasks (2025-11-25), and say so", [](options& o, const std::string&) {
         o.has_tasks = true;
         o.capabilities = R"({"tools":{},"tasks":{ "list":{},"cancel":{},"requests":{"tools":{"call":{}}}}})";
     }},
    {"--no-task-for", "TOOL", "but answer calls of TOOL at once",
     [](options& o, const std::string& v) { o.no_task_for = v; }},
    {"--task-required", "TOOL", "call TOOL as a task only, and say so in tools/list",
     [](options& o, const std::string& v) { o.task_required = v; }},
    {"--fold-names", "", "read member names in any case, and take a request for a notification by its method",
     [](options& o, const std::string&) { o.fold_names = true; }},
    {"--on-discover", "error|silence|exit", "what server/discover gets (default error, -32601)",
     [](options& o, const std::string& v) { o.on_discover = v; }},
    {"--silent-on", "METHOD", "never answer requests of this method",
     [](options& o, const std::string& v) { o.silent_on = v; }},
    {"--refuse", "METHOD", "answer requests of this method with an error",
     [](options& o, const std::string& v) { o.refuse = v; }},
    {"--level-after", "MS", "let logging/setLevel take so long, and log nothing before",
     [](options& o, const std::string& v) { o.level_after_ms = number(v); }},
    {"--update-every-ms", "MS", "say so often that the resource test://ticking was updated, with the process id",
     [](options& o, const std::string& v) { o.notify_every_ms = number(v); }},
    {"--ask-when-initialized", "METHOD", "send this request when notifications/initialized arrives",
     [](options& o, const std::string& v) { o.ask_when_initialized = v; }},
};

[[noreturn]] void help() {
    std::puts("stdio_fixture [options]: an MCP server on stdio that misbehaves as told, for tests.\n\nOptions:");
    for (const flag& f : flags) {
        std::printf("  %.*s%s%.*s\n        %.*s\n", static_cast<int>(f.name.size()), f.name.data(), f.value.empty() ? "" : " ",
                    static_cast<int>(f.value.size()), f.value.data(), static_cast<int>(f.help.size()), f.help.data());
    }
    std::puts("\nTools: see tools/list, or README.md beside the source.");
    std::exit(0);
}

[[noreturn]] void refuse(const char* text, std::string_view argument) {
    std::fprintf(stderr, "stdio_fixture: %s %.*s\n", text, static_cast<int>(argument.size()), argument.data());
    std::exit(2);
}

const flag& find_flag(std::string_view name) {
    for (const flag& f : flags) {
        if (f.name == name) return f;
    }
    refuse("unknown option", name);
}

}  // namespace

options read_options(int argc, char** argv) {
    options read;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--help") help();
        const flag& f = find_flag(name);
        if (!f.value.empty() && ++i == argc) refuse("a value is missing after", name);
        f.apply(read, f.value.empty() ? std::string{} : std::string(argv[i]));
    }
    return read;
}

}  // namespace fixture
