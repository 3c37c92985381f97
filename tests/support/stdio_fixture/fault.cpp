#include "tests/support/stdio_fixture/fault.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "tests/support/stdio_fixture/crash.hpp"
#include "tests/support/stdio_fixture/grandchild.hpp"
#include "tests/support/stdio_fixture/line_writer.hpp"
#include "tests/support/stdio_fixture/noise.hpp"
#include "tests/support/stdio_fixture/server.hpp"

namespace fixture {
namespace {

// A line of that length is beyond the bound that a test sets.
constexpr std::size_t oversize = 2 * 1024 * 1024;

struct act {
    std::string_view name;
    void (*run)(server&);
};

constexpr act acts[] =
    {
        {"exit", [](server&) { die("exit:3"); }},
        {"exit_well", [](server&) { die("exit:0"); }},
        {"segfault", [](server&) { die("signal:11"); }},
        {"killed", [](server&) { ::raise(SIGKILL); }},
        {"stopped", [](server&) { ::raise(SIGSTOP); }},
        {"last_words",
         [](server&) {
    write_all(2, "fatal: the disk is full\n");
    die("exit:4");
         }},
        {"half_a_line",
         [](server&) {
    write_all(1, R"({"jsonrpc":"2.0","id":1,"resu)");
    die("exit:3");
         }},
              {"leaves_grandchild",
               [](server&) {
    start_grandchild({.hold_stdout = true});
    die("exit:3");
               }},
    {"close_stdout", [](server&) { ::close(1); }}, {"not_reading", [](server& faulty_server) { faulty_server.loop().stop_reading(); }},
    {"flood_stderr", [](server&) { write_noise_mib(2, 1); }}, {"flood_stdout", [](server&) { write_noise(1, 2000); }},
    {"ignore_term", [](server&) { std::signal(SIGTERM, SIG_IGN); }},
    {"ignore_eof", [](server& faulty_server) { faulty_server.loop().outlive_input(); }},
    {"ignore_all",
     [](server& faulty_server) {
    std::signal(SIGTERM, SIG_IGN);
    faulty_server.loop().outlive_input();
     }},
    };

/// How answers come. @ANSWER@ stands for the right one, @ID@ and @BODY@ for its parts.
struct shape {
    std::string_view name;
    std::string_view lines;
};

constexpr shape shapes[] = {
    {"never", ""},
    {"twice", "@ANSWER@\n@ANSWER@"},
    {"string_id", R"({"jsonrpc":"2.0","id":"@ID@",@BODY@})"},
    {"null_id", R"({"jsonrpc":"2.0","id":null,@BODY@})"},
    {"unknown_id", R"({"jsonrpc":"2.0","id":987654321,@BODY@})"},
    {"garbage", "Listening on port 8080...\n\n42\n@ANSWER@"},
    {"prefix", "info: @ANSWER@"},
    {"cut_line", "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"result\":{\"te\n@ANSWER@"},
    {"batch", "[@ANSWER@]"},
    {"invalid_utf8", "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"x\":\"a\xff\xc3(b\",@BODY@}"},
    {"no_version", "{\"id\":@ID@,@BODY@}"},
    {"result_and_error", R"({"jsonrpc":"2.0","id":@ID@,"result":{},"error":{"code":-32603,"message":"both"}})"},
    {"refusing", R"({"jsonrpc":"2.0","id":@ID@,"error":{"code":-32000,"message":"refused as told"}})"},
    {"oversize", "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"x\":\"@FILL@\",@BODY@}"},
};

template <class T, std::size_t N>
const T* find_in(const T (&all)[N], std::string_view name) {
    for (const T& each : all) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

void replace_all(std::string& text, std::string_view mark, std::string_view replacement) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != text.npos; at += replacement.size()) text.replace(at, mark.size(), replacement);
}

}  // namespace

fault::fault(std::string name) : name_(std::move(name)) {
    if (name_.empty() || find_in(acts, name_) != nullptr || find_in(shapes, name_) != nullptr) return;
    std::fprintf(stderr, "stdio_fixture: unknown fault %s\n", name_.c_str());
    std::exit(2);
}

void fault::begin(server& faulty_server) {
    is_on_ = true;
    if (const act* found = find_in(acts, name_)) found->run(faulty_server);
}

void fault::end(server& faulty_server) {
    is_on_ = false;
    faulty_server.loop().stop_reading(false);
}

std::string fault::shaped(std::string answer, const std::string& id, std::string_view body) const {
    const shape* found = is_on_ ? find_in(shapes, name_) : nullptr;
    if (found == nullptr) return answer;
    std::string text(found->lines);
    replace_all(text, "@ANSWER@", answer);
    replace_all(text, "@ID@", id);
    replace_all(text, "@FILL@", std::string(text.find("@FILL@") == text.npos ? 0 : oversize, 'x'));
    replace_all(text, "@BODY@", body);
    return text;
}

}  // namespace fixture
