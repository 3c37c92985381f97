// Reading n bytes costs O(n) steps, whatever they are: twice as many bytes cost at most twice as many steps, and no byte
// costs more than a bound.
#include <gtest/gtest.h>

#include <functional>

#include "bridge/core/steps.hpp"
#include "bridge/jsonrpc/batch.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/mixed_line.hpp"
#include "bridge/jsonrpc/oversized_line.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "tests/support/worst_cases.hpp"
#include "tests/unit/jsonrpc/whole_batch.hpp"

namespace bridge::jsonrpc {
namespace {

using test_support::worst_case;

constexpr unsigned depth = 256;
constexpr std::size_t bytes = 20'000;
constexpr double steps_per_byte = 30;  // the most that any case takes is about half of it
constexpr std::size_t constant = 5'000;

using reader = std::function<void(const std::string&)>;

std::size_t steps_of(const reader& read, const std::string& text) {
    const std::uint64_t before = core::counted_steps;
    read(text);
    return core::counted_steps - before;
}

void expect_linear(std::span<const worst_case> cases, const char* description, const reader& read) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    for (const worst_case& each : cases) {
        const std::string once = each.make(bytes);
        const std::string twice = each.make(2 * bytes);
        const std::size_t few = steps_of(read, once);
        const std::size_t many = steps_of(read, twice);
        EXPECT_LE(many, 2 * few + constant) << description << ", " << each.name;
        EXPECT_LE(static_cast<double>(many), steps_per_byte * static_cast<double>(twice.size()) + constant) << description << ", " << each.name;
    }
}

void read_at_once(const std::string& text) {
    static_cast<void>(read_envelope(text, depth));
}

void read_in_slices(const std::string& text) {
    large_envelope reading(text, depth);
    while (!reading.advance(1000)) continue;
    static_cast<void>(reading.outcome());
}

TEST(ReadingCost, OfAMessageIsLinear) {
    expect_linear(test_support::worst_messages(), "read at once", read_at_once);
    expect_linear(test_support::worst_messages(), "read in slices", read_in_slices);
    expect_linear(test_support::worst_garbage(), "read at once", read_at_once);
    expect_linear(test_support::worst_garbage(), "read in slices", read_in_slices);
}

TEST(ReadingCost, OfABatchIsLinear) {
    expect_linear(test_support::worst_batches(), "read at once", read_at_once);
    expect_linear(test_support::worst_batches(), "read in slices", read_in_slices);
    expect_linear(test_support::worst_batches(), "read as a batch",
                  [](const std::string& text) { static_cast<void>(whole_batch(text, depth, 1000)); });
}

// The reader of mixed lines walks the line some times more.
TEST(ReadingCost, OfALineThatIsNotOneMessageIsLinear) {
    for (const auto cases : {test_support::worst_messages(), test_support::worst_batches(), test_support::worst_garbage()}) {
        expect_linear(cases, "a mixed line", [](const std::string& text) {
            mixed_line_reader reading(text, depth, version_rule::optional_in_answers, "no message");
            do {
                while (!reading.advance(1000)) continue;
            } while (reading.remove_member());
        });
    }
}

TEST(ReadingCost, OfFindingAMemberIsLinear) {
    expect_linear(test_support::worst_messages(), "find_member", [](const std::string& text) {
        if (std::holds_alternative<envelope>(read_envelope(text, depth))) static_cast<void>(find_member(text, "protocolVersion"));
    });
}

TEST(ReadingCost, OfALineThatIsTooLongIsThatOfItsEnds) {
    constexpr std::size_t kept = 4096;
    for (const auto cases : {test_support::worst_messages(), test_support::worst_batches(), test_support::worst_garbage()}) {
        expect_linear(cases, "an oversized line", [](const std::string& text) {
            static_cast<void>(read_oversized({.size = text.size(), .head = text.substr(0, kept), .tail = text.substr(text.size() - kept)}));
        });
    }
}

// What a name is compared with decides the cost, not how long it is.
TEST(ReadingCost, OfComparingANameIsThatOfTheKnownOne) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    for (const char* piece : {"a", R"(\u0061)", R"(\n)", R"(\u0070)"}) {
        std::string name = "\"";
        while (name.size() < 1'000'000) name += piece;
        name += '"';
        EXPECT_LE(steps_of([](const std::string& text) { EXPECT_FALSE(string_equals(text, "params")); }, name), 40U) << piece;
        envelope message;
        message.method = name;
        EXPECT_LE(steps_of([&](const std::string&) { EXPECT_FALSE(message.is_method("notifications/cancelled")); }, name), 40U) << piece;
    }
    EXPECT_LE(steps_of([](const std::string& text) { EXPECT_TRUE(string_equals(text, "params")); }, R"("\u0070\u0061\u0072\u0061\u006d\u0073")"),
              40U);
}

}  // namespace
}  // namespace bridge::jsonrpc
