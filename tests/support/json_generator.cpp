#include "tests/support/json_generator.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace test_support {
namespace {

constexpr std::string_view numbers[] = {"0",
                                        "-0",
                                        "-0.0",
                                        "1.0",
                                        "1.10",
                                        "1E+2",
                                        "1e-7",
                                        "1e400",
                                        "-1e400",
                                        "9007199254740993",
                                        "-9007199254740993",
                                        "18446744073709551616",
                                        "1915883588174806058",
                                        "0.1000000000000000055511151231257827",
                                        "123e00",
                                        "5e-324"};

/// Parts of strings: every form of escape, halves of surrogate pairs, each length of UTF-8, what other
/// programs take for a line break or for the end of something.
constexpr std::string_view pieces[] = {R"(\")",
                                       R"(\\)",
                                       R"(\/)",
                                       R"(\b)",
                                       R"(\f)",
                                       R"(\n)",
                                       R"(\r)",
                                       R"(\t)",
                                       R"(\u0000)",
                                       R"(\u001F)",
                                       R"(\u00e9)",
                                       R"(\uD83D\uDE00)",
                                       R"(\ud800)",
                                       R"(\uDC00)",
                                       R"(\uDE00\uD83D)",
                                       R"(\u2028)",
                                       "/",
                                       "\x7f",
                                       "é",
                                       "ß",
                                       "€",
                                       "한",
                                       "😀",
                                       "𝄞",
                                       "\xe2\x80\xa8",
                                       "\xe2\x80\xa9",
                                       "\xc2\xa0",
                                       "\xe2\x80\x8d",
                                       "\xef\xbb\xbf",
                                       "\xef\xbf\xbf",
                                       "\xf4\x8f\xbf\xbf",
                                       "data: ",
                                       ": ",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       ",",
                                       "null",
                                       "a",
                                       "B",
                                       "7",
                                       " ",
                                       "@ID@",
                                       "<script>",
                                       "%0A"};

/// Keys that mean something elsewhere in a message, and must mean nothing here.
constexpr std::string_view keys[] = {R"("id")",    R"("jsonrpc")",       R"("method")",    R"("params")", R"("result")",
                                     R"("_meta")", R"("progressToken")", R"("requestId")", R"("a")",      R"("a")",
                                     R"("")",      R"("__proto__")",     R"("x_vendor")",  R"("\u0061")"};

constexpr std::string_view spaces[] = {"", "", "", "", " ", "  ", "\t", "\n", "\r\n", "\r", " \n\t "};

constexpr std::string_view words[] = {"true", "false", "null", "{}", "[]"};

}  // namespace

std::string json_generator::space() {
    return one_of(spaces);
}

std::string json_generator::number() {
    return one_of(numbers);
}

std::string json_generator::string() {
    std::string text = "\"";
    for (std::size_t left = below(8); left > 0; --left) text += one_of(pieces);
    return text + "\"";
}

std::string json_generator::key() {
    return below(3) == 0 ? string() : one_of(keys);
}

std::string json_generator::value(unsigned depth) {
    switch (below(depth == 0 ? 3 : 6)) {
        case 0: return number();
        case 1: return string();
        case 2: return one_of(words);
        case 3: return array(depth);
        default: return object(depth);
    }
}

std::string json_generator::array(unsigned depth) {
    std::string text = "[" + space();
    for (std::size_t i = 0, count = below(5); i < count; ++i) {
        text += (i == 0 ? "" : "," + space()) + value(depth - 1) + space();
    }
    return text + "]";
}

std::string json_generator::object(unsigned depth) {
    std::string text = "{" + space();
    for (std::size_t i = 0, count = below(6); i < count; ++i) {
        text += (i == 0 ? "" : "," + space()) + key() + space() + ":" + space() + value(depth == 0 ? 0 : depth - 1) + space();
    }
    return text + "}";
}

std::string on_one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

}  // namespace test_support
