#include "bridge/jsonrpc/mixed_line.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace bridge::jsonrpc {
namespace {

constexpr unsigned depth = 16;

// Each member of `line`, in slices of `slice` bytes: "message TEXT", "answer ID: FAULT", "call ID: FAULT", or "text TEXT: FAULT".
std::vector<std::string> members_of(std::string_view line, std::size_t slice = 64) {
    mixed_line_reader reading(line, depth, version_rule::optional_in_answers, "no message");
    std::vector<std::string> out;
    for (std::size_t steps = 0;;) {
        while (!reading.advance(slice)) {
            if (++steps > 40 * line.size() + 100) return {"it does not come to an end"};
        }
        const auto member = reading.remove_member();
        if (!member) return out;
        if (member->message() != nullptr) {
            out.push_back("message " + std::string(member->raw));
            continue;
        }
        const read_error& fault = *member->fault();
        const std::string what = fault.is_answer ? "answer " + std::string(fault.id)
                                 : fault.is_call ? "call " + std::string(fault.id)
                                                 : "text " + std::string(member->raw);
        out.push_back(what + ": " + fault.text);
    }
}

using members = std::vector<std::string>;

const std::string first = R"({"jsonrpc":"2.0","id":1,"result":{"a":["}"]}})";
const std::string second = R"({"jsonrpc":"2.0","method":"notifications/x"})";

TEST(MixedLine, HasEachOfSeveralMessages) {
    EXPECT_EQ(members_of(first + second), (members{"message " + first, "message " + second}));
    EXPECT_EQ(members_of(second + ' ' + second + '\t' + first), (members{"message " + second + ' ', "message " + second + '\t', "message " + first}));
}

TEST(MixedLine, HasTheTextAroundMessages) {
    EXPECT_EQ(members_of("info: " + first), (members{"text info: : text before a message", "message " + first}));
    EXPECT_EQ(members_of("[i] {x} {} {\"a\":b} { " + first + " done {x}"),
              (members{"text [i] {x} : text before a message", "text {} : neither \"method\" nor \"id\" is there",
                       "text {\"a\":b} { : text behind a message", "message " + first + ' ', "text done {x}: text behind a message"}));
    EXPECT_EQ(members_of("{x} {\"a\" }} plain text"), (members{"text {x} {\"a\" }} plain text: no message"}));
    EXPECT_EQ(members_of("   "), members{});
}

TEST(MixedLine, FindsWhoseAnswerAMalformedMessageWas) {
    for (const char* contents : {R"({"x":NaN})", "{\"x\":\"a\x01\"}", "{\"x\":\"\xFF\"}", "[1}", "{\"x\":\"\\q\"}",
                                 "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "01", "{'x':1}", "undefined"}) {
        for (const std::string& text : {R"({"jsonrpc":"2.0","id":7,"result":)" + std::string(contents) + "}",
                                        R"({"result":)" + std::string(contents) + R"(,"jsonrpc":"2.0", "id" : 7 })"}) {
            const members found = members_of(text);
            ASSERT_EQ(found.size(), 1U) << text;
            EXPECT_TRUE(found[0].starts_with("answer 7: ")) << text << '\n' << found[0];
            EXPECT_EQ(members_of("x " + text + first).back(), "message " + first) << text;
        }
    }
    EXPECT_TRUE(members_of(R"({"jsonrpc":"2.0","id":"a","result":{"te)")[0].starts_with("answer \"a\": "));
    EXPECT_TRUE(members_of(R"({"jsonrpc":"2.0","id":7,"method":"m","params":{"x":NaN}})")[0].starts_with("call 7: "));
    EXPECT_EQ(members_of(R"({"jsonrpc":"2.0","id":7,"result":{"x":NaN}})")[0],
              "answer 7: a number that JSON does not have (NaN or Infinity) at byte 38");
}

TEST(MixedLine, FindsNoIdThatIsCutOffOrBelowTheMessage) {
    for (const char* text : {R"({"jsonrpc":"2.0","id":7)", R"({"jsonrpc":"2.0","id":"7)", R"({"jsonrpc":"2.0","result":{"id":7)",
                             R"({"jsonrpc":"2.0","id":7x,"result":1})", R"({"jsonrpc":"2.0","result":NaN,"x":["id",7]})",
                             R"({"jsonrpc":"2.0","result":"\"id\":7,)", R"({"jsonrpc":"2.0","id":[7],"result":NaN})"}) {
        const members found = members_of(text);
        ASSERT_EQ(found.size(), 1U) << text;
        EXPECT_TRUE(found[0].starts_with("answer : ")) << text << '\n' << found[0];
    }
}

// A client can choose what stands inside a message.
TEST(MixedLine, LooksForNoMessageInsideAnotherOne) {
    for (const std::string& text : {R"({"jsonrpc":"2.0","id":7,"result":{"x":NaN,"y":)" + first + "}}",
                                    R"({"jsonrpc":"2.0","id":7,"result":[)" + first, R"({"x":)" + first + "}"}) {
        const members found = members_of(text + first);
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(i == 1 || !found[i].starts_with("message")) << text << '\n' << found[i];
    }
}

TEST(MixedLine, IsReadAlikeInSlicesOfAnySize) {
    const std::string line =
        "[i] {x} {\"a\":b} " + first + second + R"( {"jsonrpc":"2.0","id":3,"result":NaN,"x":"\u00)" + "\xC3\xA9" + R"("} {} end)";
    const members whole = members_of(line, line.size());
    EXPECT_EQ(whole.size(), 6U);
    for (const std::size_t slice : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}})
        EXPECT_EQ(members_of(line, slice), whole) << slice;
}

TEST(MixedLine, IsTextBehindTooManyFaults) {
    std::string line;
    for (unsigned i = 0; i < mixed_line_reader::most_faults; ++i) line += "{}";
    EXPECT_EQ(members_of(line + first).size(), mixed_line_reader::most_faults + 1);
    EXPECT_EQ(members_of(line + first).back(), "text " + first + ": text behind a message");
    line.clear();
    for (unsigned i = 0; i < mixed_line_reader::most_walks; ++i) line += "{\"a\":x ";
    EXPECT_EQ(members_of(line + first), (members{"text " + line + first + ": no message"}));
}

}  // namespace
}  // namespace bridge::jsonrpc
