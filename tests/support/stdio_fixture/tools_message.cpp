#include "tests/support/raw_json.hpp"
#include "tests/support/stdio_fixture/modern.hpp"
#include "tests/support/stdio_fixture/tools.hpp"

namespace fixture {
namespace {

void echo(server& s, const call& c) {
    s.answer(c, R"({"content":[{"type":"text","text":"ok"}],"structuredContent":{"params":)" + c.params + "}}");
}

void raw_result(server& s, const call& c) {
    s.answer(c, c.raw("result"));
}

void raw_error(server& s, const call& c) {
    s.writer().write(R"({"jsonrpc":"2.0","id":)" + c.id + R"(,"error":)" + c.raw("error") + "}");
}

void received(server& s, const call& c) {
    std::string list;
    for (const std::string& line : s.received()) {
        list += list.empty() ? "" : ",";
        list += c.flag("as_text") ? test_support::quoted_json(line) : line;
    }
    s.answer(c, R"({"content":[],"structuredContent":{"received":[)" + list + "]}}");
}

void big(server& s, const call& c) {
    s.answer_text(c, std::string(static_cast<std::size_t>(c.number("bytes", 1024)), 'x'));
}

void bytewise(server& s, const call& c) {
    s.writer().write_bytewise(R"({"jsonrpc":"2.0","id":)" + c.id + R"(,"result":{"content":[{"type":"text","text":)" + c.raw("text") + "}]}}");
}

void ask_input(server& s, const call& c) {
    s.modern().ask_input(c);
}

constexpr tool tools[] = {
    {"echo", "The raw bytes of its own params, as structuredContent.params", echo},
    {"mirrored", "{region?, n?}: as echo, but headers of 2026-07-28 repeat the two arguments", echo,
     R"("region":{"type":"string","x-mcp-header":"Region"},"n":{"type":"integer","x-mcp-header":"N"})"},
    {"raw_result", "{result}: the raw JSON of the argument becomes the result", raw_result},
    {"raw_error", "{error}: the raw JSON of the argument becomes the error", raw_error},
    {"received", "{as_text?}: every line received before, as structuredContent.received", received},
    {"ask_input", "{requests, rounds?}: asks for input, in the modern era, then answers with its params as structuredContent.params", ask_input},
    {"big", "{bytes}: a text of so many bytes", big},
    {"bytewise", "{text}: the text, its line written byte by byte (which splits every UTF-8 character)", bytewise},
};

}  // namespace

std::span<const tool> message_tools() {
    return tools;
}

}  // namespace fixture
