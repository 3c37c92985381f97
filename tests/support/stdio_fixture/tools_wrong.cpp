#include "tests/support/stdio_fixture/crash.hpp"
#include "tests/support/stdio_fixture/line_writer.hpp"
#include "tests/support/stdio_fixture/tools.hpp"
#include "tests/support/worst_cases.hpp"

namespace fixture {
namespace {

/// What stands for the call's id in a shape.
constexpr std::string_view id_mark = "@ID@";

/// One way to answer wrongly: the lines to write, and whether the right answer follows.
struct shape {
    std::string_view name;
    std::string_view lines;
    bool then_the_answer;
};

constexpr shape shapes[] = {
    {"no_answer", "", false},
    {"not_json", "Listening on port 8080...", true},
    {"blank_lines", "\n\n", true},
    {"unknown_id", R"({"jsonrpc":"2.0","id":987654321,"result":{"wrong":true}})", true},
    {"null_id", R"({"jsonrpc":"2.0","id":null,"result":{"wrong":true}})", true},
    {"string_id", R"({"jsonrpc":"2.0","id":"@ID@","result":{"content":[{"type":"text","text":"right"}]}})", false},
    {"twice", R"({"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"right"}]}})", true},
    {"after_a_prefix", R"(info: {"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"right"}]}})", false},
    {"batch", R"([{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"right"}]}}])", false},
    {"batch_with_log",
     R"([{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"in a batch"}},)"
     R"({"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"right"}]}}])",
     false},
    {"invalid_utf8",
     "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"result\":{\"content\":[{\"type\":\"text\",\"text\":"
     "\"a\xff\xc3(b\"}]}}",
     false},
    {"decimal_id", R"({"jsonrpc":"2.0","id":@ID@.0,"result":{"content":[{"type":"text","text":"right"}]}})", false},
    {"after_a_prefix_with_braces", R"([info] {x} {"a": 1} {"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"right"}]}})", false},
    {"before_a_text", R"({"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"right"}]}} done {x})", false},
    {"behind_a_log",
     R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"on the same line"}}{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"right"}]}})",
     false},
    {"no_version", R"({"id":@ID@,"result":{"content":[{"type":"text","text":"right"}]}})", false},
    {"null_error", R"({"jsonrpc":"2.0","id":@ID@,"error":null,"result":{"content":[{"type":"text","text":"right"}]}})", false},
    {"result_and_error", R"({"jsonrpc":"2.0","id":@ID@,"result":{},"error":{"code":-32603,"message":"both"}})", false},
    {"text_as_error", R"({"jsonrpc":"2.0","id":@ID@,"error":"it failed"})", false},
    {"null_result_and_text_as_error", R"({"jsonrpc":"2.0","id":@ID@,"result":null,"error":"it failed"})", false},
    {"not_a_number", R"({"jsonrpc":"2.0","id":@ID@,"result":{"mean":NaN}})", false},
    {"raw_control_character", "{\"jsonrpc\":\"2.0\",\"id\":@ID@,\"result\":{\"text\":\"a\x01\"}}", false},
    {"id_behind_the_fault", R"({"result":{"mean":-Infinity},"jsonrpc":"2.0","id":@ID@})", false},
    {"cut_off", R"({"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"te)", false},
    {"two_results", R"({"jsonrpc":"2.0","id":@ID@,"result":{},"result":{"x":1}})", false},
    {"wrong_version", R"({"jsonrpc":"1.0","id":@ID@,"result":{}})", false},
    {"no_contents", R"({"jsonrpc":"2.0","id":@ID@})", false},
    {"scalar", "42", true},
    {"unknown_progress", R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":987654321,"progress":1}})", true},
};

std::string filled(std::string_view lines, const std::string& id) {
    std::string text(lines);
    for (std::size_t at; (at = text.find(id_mark)) != text.npos;) text.replace(at, id_mark.size(), id);
    return text;
}

// An answer that is nested more deeply than the bridge reads.
std::string deep() {
    constexpr std::size_t levels = 2000;
    return R"({"jsonrpc":"2.0","id":@ID@,"result":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
}

void wrong(server& s, const call& c) {
    const std::string wanted = c.text("shape");
    if (wanted == "deep") return s.writer().write(filled(deep(), c.id));
    for (const shape& known : shapes) {
        if (known.name != wanted) continue;
        if (!known.lines.empty()) s.writer().write(filled(known.lines, c.id));
        if (known.then_the_answer) s.answer_text(c, "right");
        return;
    }
    s.fail(c, -32602, "Unknown shape: " + wanted);
}

void line(server& s, const call& c) {
    s.writer().write(filled(c.text("text"), c.id));
    if (c.flag("then_answer")) s.answer_text(c, "right");
}

const test_support::worst_case* worst_case_of(const std::string& name) {
    for (const auto cases : {test_support::worst_messages(), test_support::worst_batches(), test_support::worst_garbage()}) {
        for (const test_support::worst_case& each : cases) {
            if (each.name == name) return &each;
        }
    }
    return nullptr;
}

void worst(server& s, const call& c) {
    const test_support::worst_case* const chosen = worst_case_of(c.text("case"));
    if (chosen == nullptr) return s.fail(c, -32602, "Unknown case: " + c.text("case"));
    for (long left = c.number("lines", 1); left > 0; --left) s.writer().write(chosen->make(static_cast<std::size_t>(c.number("bytes", 1024))));
    s.answer_text(c, "written");
}

void worst_names(server& s, const call& c) {
    std::string names;
    for (const auto cases : {test_support::worst_messages(), test_support::worst_batches(), test_support::worst_garbage()}) {
        for (const test_support::worst_case& each : cases) names += std::string(each.name) + '\n';
    }
    s.answer_text(c, names);
}

void last_line(server&, const call& c) {
    write_all(1, filled(c.text("text"), c.id));
    die("exit:0");
}

constexpr tool tools[] = {
    {"wrong", "{shape}: an answer of that shape; README.md lists them", wrong},
    {"line", "{text, then_answer?}: writes the text as a line, @ID@ standing for the call's id", line},
    {"worst", "{case, bytes, lines?}: lines that cost their reader as much as they can; names of cases: see worst_names", worst},
    {"worst_names", "The names of the cases of worst, a line each", worst_names},
    {"last_line", "{text}: the same without a line end, and then it exits", last_line},
};

}  // namespace

std::span<const tool> wrong_tools() {
    return tools;
}

}  // namespace fixture
