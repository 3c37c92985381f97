// Whatever a guarded name is spelled like, both readers see it, and none that could be read as one passes.
#include "bridge/jsonrpc/member_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bridge/jsonrpc/large_envelope.hpp"
#include "tests/unit/jsonrpc/shown_outcome.hpp"

namespace bridge::jsonrpc {
namespace {

using core::errc;
using testing::HasSubstr;

constexpr unsigned depth = 64;

// Reads `text` with both readers, which must agree.
read_outcome read(const std::string& text) {
    read_outcome at_once = read_envelope(text, depth);
    for (const std::size_t slice : {std::size_t{1}, std::size_t{5}, text.size() + 1}) {
        large_envelope reading(text, depth);
        while (!reading.advance(slice)) {
        }
        EXPECT_EQ(shown(text, reading.outcome()), shown(text, at_once)) << text;
    }
    return at_once;
}

// The message in which `members`, raw, stand at `level`.
std::string message_with(object_level level, const std::string& members, const std::string& method = "x/any") {
    const std::string head = R"({"jsonrpc":"2.0","id":"me","method":")" + method + '"';
    switch (level) {
        case object_level::message: return R"({"id":"me",)" + members + "}";
        case object_level::params: return head + R"(,"params":{)" + members + "}}";
        case object_level::meta: return head + R"(,"params":{"_meta":{)" + members + "}}}";
        case object_level::related_task: return head + R"(,"params":{"_meta":{"io.modelcontextprotocol/related-task":{)" + members + "}}}}";
        case object_level::capabilities: return head + R"(,"params":{"capabilities":{)" + members + "}}}";
        case object_level::count_: break;
    }
    return {};
}

// The whole method that begins as a table entry says.
std::string method_of(const guarded_name& name) {
    if (name.methods[0].empty()) return "x/any";
    return std::string(name.methods[0]) + (name.methods[0].ends_with('/') ? "get" : "");
}

std::string escaped(std::string_view name, std::size_t position) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (i != position) {
            out += name[i];
            continue;
        }
        out += "\\u00";
        out += hex[static_cast<unsigned char>(name[i]) >> 4U];
        out += hex[static_cast<unsigned char>(name[i]) & 15U];
    }
    return out;
}

// Spellings that fold to `name` without being it; contents of JSON strings.
std::vector<std::string> other_spellings(std::string_view name) {
    std::vector<std::string> out;
    std::string upper(name);
    for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 0x20 : c);
    std::string lower(name);
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
    out.push_back(upper);
    if (lower != name) out.push_back(lower);
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const auto with = [&](const char* other) { out.push_back(std::string(name.substr(0, i)) + other + std::string(name.substr(i + 1))); };
        if (is_letter) {
            std::string one(name);
            one[i] = static_cast<char>(c ^ 0x20);
            out.push_back(one);
            out.push_back(escaped(one, i));
        }
        if (c == 's') with("\xC5\xBF"), with("\\u017f"), with("\\u017F");
        if (c == 'k') with("\xE2\x84\xAA"), with("\\u212a"), with("\\u212A");
        if (c == 'i') with("\xC4\xB1"), with("\\u0131"), with("\\u0130");
    }
    const std::string plain(name);
    out.push_back(plain + "\\u0000");
    out.push_back(plain + "\\u0000x");
    out.push_back(upper + "\\u0000" + std::string(5000, 'y'));
    return out;
}

std::vector<std::string> spellings(std::string_view name) {
    std::vector<std::string> out = {std::string(name)};
    for (std::size_t i = 0; i < name.size(); ++i) out.push_back(escaped(name, i));
    return out;
}

TEST(MemberNames, KnowEachNameInEachSpelling) {
    for (const guarded_name& name : guarded_names()) {
        for (const std::string& each : spellings(name.name)) {
            const name_match match = match_name(name.level, '"' + each + '"');
            EXPECT_TRUE(match.is_guarded && match.is_exact) << each;
            EXPECT_EQ(&guarded_names()[match.index], &name) << each;
        }
        for (const std::string& each : other_spellings(name.name)) {
            const name_match match = match_name(name.level, '"' + each + '"');
            EXPECT_TRUE(match.is_guarded && !match.is_exact) << each;
            EXPECT_EQ(&guarded_names()[match.index], &name) << each;
        }
    }
}

TEST(MemberNames, LeaveOthersAlone) {
    for (const char* name : {"",
                             "i",
                             "idx",
                             "xid",
                             "i d",
                             "meta",
                             "_metax",
                             "_met",
                             "requestI",
                             "request_id",
                             "tokenprogress",
                             "\\u0000id",
                             "i\\u0000d",
                             "\xC3\xAD"
                             "d",
                             "\xF0\x9F\x98\x80",
                             "\\ud83d\\ude00",
                             "\\\\id",
                             "\\\"id",
                             "\\nid",
                             "\\/",
                             "\\u0069x",
                             "progressToken\\u0001"}) {
        for (std::size_t level = 0; level < static_cast<std::size_t>(object_level::count_); ++level) {
            EXPECT_FALSE(match_name(static_cast<object_level>(level), '"' + std::string(name) + '"').is_guarded) << name;
        }
    }
    // At a level where it means nothing.
    EXPECT_FALSE(match_name(object_level::params, R"("id")").is_guarded);
    EXPECT_FALSE(match_name(object_level::meta, R"("_meta")").is_guarded);
}

TEST(MemberNames, ThatFoldToGuardedOnesMakeAMessageAmbiguous) {
    for (const guarded_name& name : guarded_names()) {
        if (name.is_forbidden) continue;
        for (const std::string& other : other_spellings(name.name)) {
            for (const bool is_beside : {true, false}) {
                const std::string right = is_beside || name.level == object_level::message ? '"' + std::string(name.name) + R"(":{"a":1},)" : "";
                const std::string text = message_with(name.level, right + '"' + other + R"(":{"a":2})", method_of(name));
                const read_outcome outcome = read(text);
                const auto* const fault = std::get_if<read_error>(&outcome);
                ASSERT_NE(fault, nullptr) << text;
                EXPECT_EQ(fault->code, errc::ambiguous_names) << text;
                EXPECT_EQ(fault->id, R"("me")") << text;
                EXPECT_THAT(fault->text, HasSubstr('"' + std::string(name.name) + '"')) << text;
                EXPECT_THAT(fault->text, HasSubstr(std::string(describe(name.level)))) << text;
            }
        }
    }
}

TEST(MemberNames, ThatAreRepeatedMakeAMessageAmbiguous) {
    for (const guarded_name& name : guarded_names()) {
        if (name.is_forbidden) continue;
        for (const std::string& again : spellings(name.name)) {
            const std::string text = message_with(name.level, '"' + std::string(name.name) + R"(":{},"x":1,")" + again + R"(":{})", method_of(name));
            const read_outcome outcome = read(text);
            const auto* const fault = std::get_if<read_error>(&outcome);
            ASSERT_NE(fault, nullptr) << text;
            EXPECT_EQ(fault->code, errc::ambiguous_names) << text;
            EXPECT_THAT(fault->text, HasSubstr("two members \"" + std::string(name.name) + "\" in ")) << text;
        }
    }
}

TEST(MemberNames, AreFreeInMessagesInWhichTheyMeanNothing) {
    for (const guarded_name& name : guarded_names()) {
        if (name.methods[0].empty()) continue;
        const std::string upper = other_spellings(name.name).front();
        for (const std::string& members : {'"' + upper + R"(":1)", '"' + std::string(name.name) + R"(":1,")" + std::string(name.name) + R"(":2)"}) {
            const std::string text = message_with(name.level, members);
            EXPECT_TRUE(std::holds_alternative<envelope>(read(text))) << text;
        }
        // But not where a server could take the method for one in which they do.
        std::string method = method_of(name);
        method[0] = static_cast<char>(method[0] ^ 0x20);
        EXPECT_FALSE(std::holds_alternative<envelope>(read(message_with(name.level, '"' + upper + R"(":1)", method)))) << method;
    }
}

TEST(MemberNames, AreTheSameInAnyOrderOfMembers) {
    for (const char* text : {R"({"params":{"requestId":1,"RequestID":2},"method":"notifications/cancelled","jsonrpc":"2.0"})",
                             R"({"params":{"requestId":1,"RequestID":2},"m\u0065thod":"notifications\/cancelled","jsonrpc":"2.0"})",
                             R"({"params":{"URI":"a","uri":"b"},"id":1,"method":"resources/unsubscribe","jsonrpc":"2.0"})"}) {
        EXPECT_FALSE(std::holds_alternative<envelope>(read(text))) << text;
    }
}

TEST(MemberNames, OfAnswersAreGuardedToo) {
    const std::vector<std::string> texts = {R"({"jsonrpc":"2.0","id":1,"result":{},"Result":{}})", R"({"jsonrpc":"2.0","id":1,"ID":2,"result":{}})",
                                            R"({"jsonrpc":"2.0","id":1,"id":2,"error":{"code":1}})",
                                            R"({"jsonrpc":"2.0","id":1,"error":{},"erro\u0052":{}})"};
    for (const std::string& text : texts) {
        const read_outcome outcome = read(text);
        const auto* const fault = std::get_if<read_error>(&outcome);
        ASSERT_NE(fault, nullptr) << text;
        EXPECT_EQ(fault->code, errc::ambiguous_names) << text;
        EXPECT_EQ(fault->id, "1") << text;
        EXPECT_FALSE(fault->is_call) << text;
    }
    EXPECT_TRUE(std::holds_alternative<envelope>(read(R"({"jsonrpc":"2.0","id":1,"result":{"ID":1,"_META":{},"id":2,"id":3}})")));
}

TEST(MemberNames, WhoseObjectJavaScriptWouldCopyIntoTheOneAroundAreForbidden) {
    for (const object_level level : {object_level::params, object_level::meta}) {
        for (const char* name : {"__proto__", "__prot\\u006f__"}) {
            EXPECT_FALSE(std::holds_alternative<envelope>(read(message_with(level, '"' + std::string(name) + R"(":{"progressToken":1})"))));
        }
        EXPECT_TRUE(std::holds_alternative<envelope>(read(message_with(level, R"("__PROTO__":{"progressToken":1})"))));
    }
    EXPECT_TRUE(std::holds_alternative<envelope>(read(message_with(object_level::params, R"("arguments":{"__proto__":{}})"))));
}

TEST(MemberNames, OfWhatIsNoMessageAreNotWhatIsWrongWithIt) {
    const read_outcome broken = read(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"m",})");
    EXPECT_EQ(std::get<read_error>(broken).code, errc::invalid_json);
    const read_outcome none = read(R"({"jsonrpc":"2.0","id":1,"x":1,"x":2})");
    EXPECT_EQ(std::get<read_error>(none).code, errc::not_json_rpc);
}

TEST(MemberNames, OfTheArgumentsOfACallAreGuarded) {
    const std::string head = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"region":"eu"})";
    for (const char* const more : {R"(,"Arguments":{"region":"us"})", R"(,"arguments":{"region":"us"})", R"(,"argument\u017f":{"region":"us"})"}) {
        const read_outcome outcome = read(head + more + "}}");
        const auto* const fault = std::get_if<read_error>(&outcome);
        ASSERT_NE(fault, nullptr) << more;
        EXPECT_EQ(fault->code, errc::ambiguous_names) << more;
    }
    EXPECT_TRUE(std::holds_alternative<envelope>(read(head + R"(,"argument":1,"argument":2}})")));
}

TEST(MemberNames, GiveTheEnvelopeWhatATaskIsKnownBy) {
    const std::string text =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"task":{"ttl":1},"taskId":"a","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"b"}}}})";
    const read_outcome outcome = read(text);
    const auto& message = std::get<envelope>(outcome);
    EXPECT_EQ(message.task, R"({"ttl":1})");
    EXPECT_EQ(message.task_id, R"("a")");
    EXPECT_EQ(message.related_task_id, R"("b")");
    EXPECT_TRUE(message.meta_revision.empty());
}

TEST(MemberNames, GiveTheEnvelopeTheRevisionOfTheModernEra) {
    const std::string text =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":2,"io.modelcontextprotocol\/protocolVersion":"2026-07-28"}}})";
    const read_outcome outcome = read(text);
    const auto& message = std::get<envelope>(outcome);
    EXPECT_EQ(message.meta_revision, R"("2026-07-28")");
    EXPECT_EQ(message.meta_progress_token, "2");
}

}  // namespace
}  // namespace bridge::jsonrpc
