#include "bridge/jsonrpc/member_names.hpp"

#include <algorithm>
#include <cstdint>

#include "bridge/core/steps.hpp"
#include "bridge/core/words.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {
namespace {

using enum object_level;

constexpr std::string_view related_task_key = "io.modelcontextprotocol/related-task";
constexpr std::string_view revision_key = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view capabilities_key = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view log_level_key = "io.modelcontextprotocol/logLevel";

constexpr std::array<guarded_name, guarded_name_count> table = {{
    // Members of the envelope: kind, recipient and contents of the message.
    {.level = message, .name = "jsonrpc"},
    {.level = message, .name = "id", .slot = &envelope::id},
    {.level = message, .name = "method", .slot = &envelope::method},
    {.level = message, .name = "params", .slot = &envelope::params, .inner = params},
    {.level = message, .name = "result", .slot = &envelope::result},
    {.level = message, .name = "error", .slot = &envelope::error},

    // Contains the progress token, and the task that the message belongs to.
    {.level = params, .name = "_meta", .slot = &envelope::meta, .inner = meta},
    // Names the call whose progress is reported.
    {.level = params, .name = "progressToken", .methods = {"notifications/progress"}, .slot = &envelope::progress_token},
    // Names the call that is cancelled.
    {.level = params, .name = "requestId", .methods = {"notifications/cancelled"}, .slot = &envelope::request_id},
    // Names the task that is read or cancelled.
    {.level = params, .name = "taskId", .methods = {"tasks/", "notifications/tasks/"}, .slot = &envelope::task_id},
    // Makes the request a task; the bridge records the owner of the task. These are the requests that can become tasks in revision
    // 2025-11-25.
    {.level = params, .name = "task", .methods = {"tools/call", "sampling/createMessage", "elicitation/create"}, .slot = &envelope::task},
    // Names the resource of a subscription that begins or ends, or that has an update.
    {.level = params, .name = "uri", .methods = {"resources/", "notifications/resources/"}, .part = &envelope::uri},
    // The bridge repeats this level to the next server process.
    {.level = params, .name = "level", .methods = {"logging/setLevel"}},
    // Names the tool or prompt that is called: proxies and policies decide by it.
    {.level = params, .name = "name", .methods = {"tools/call", "prompts/get"}, .part = &envelope::name},
    // Headers repeat some of the arguments: proxies and policies decide by them.
    {.level = params, .name = "arguments", .methods = {"tools/call"}, .part = &envelope::arguments},
    // Client and server agree on these two. The bridge decides by them which messages it may send to either.
    {.level = params, .name = "protocolVersion", .methods = {"initialize"}},
    {.level = params, .name = "capabilities", .methods = {"initialize"}, .inner = capabilities},
    // The bridge unseals this state for a server of the modern era. A server must not read one that the client made up.
    {.level = params, .name = "requestState", .part = &envelope::request_state},
    // The bridge passes these answers to the server that has asked.
    {.level = params, .name = "inputResponses", .part = &envelope::input_responses},
    // When JavaScript copies the object by assignment, the members inside this one appear beside it.
    {.level = params, .name = "__proto__", .is_forbidden = true},

    // The bridge replaces this token with its own number. A second token could receive the progress of another client's call.
    {.level = meta, .name = "progressToken", .slot = &envelope::meta_progress_token},
    {.level = meta, .name = related_task_key, .inner = related_task},
    // The bridge decides by it in which era it serves the request (mcp/era). A server that read another value would serve it in the other era.
    {.level = meta, .name = revision_key, .slot = &envelope::meta_revision},
    // The bridge decides by these two what the client may be asked, and which log messages it gets.
    {.level = meta, .name = capabilities_key, .part = &envelope::client_capabilities},
    {.level = meta, .name = log_level_key, .part = &envelope::log_level},
    {.level = meta, .name = "__proto__", .is_forbidden = true},

    {.level = related_task, .name = "taskId", .slot = &envelope::related_task_id},

    // The requests that a server may send to this client.
    {.level = capabilities, .name = "sampling", .methods = {"initialize"}},
    {.level = capabilities, .name = "elicitation", .methods = {"initialize"}},
    {.level = capabilities, .name = "roots", .methods = {"initialize"}},
    {.level = capabilities, .name = "tasks", .methods = {"initialize"}},
}};

constexpr auto level_count = static_cast<std::size_t>(object_level::count_);

struct level_index {
    std::uint8_t begin = 0;
    std::uint8_t end = 0;
    // For each byte with which a name at the level can begin, in any spelling: 1 + the index of the first such name, or of the level's first name.
    std::array<std::uint8_t, 256> starts{};
};

constexpr unsigned char upper(char c) {
    return static_cast<unsigned char>(c >= 'a' && c <= 'z' ? c - 0x20 : c);
}

constexpr std::array<level_index, level_count> make_index() {
    std::array<level_index, level_count> out{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        level_index& of = out[static_cast<std::size_t>(table[i].level)];
        if (of.end == 0) of.begin = static_cast<std::uint8_t>(i);
        of.end = static_cast<std::uint8_t>(i + 1);
        const auto start = [&of](unsigned char byte, std::size_t first) {
            if (of.starts[byte] == 0) of.starts[byte] = static_cast<std::uint8_t>(first + 1);
        };
        start(static_cast<unsigned char>(table[i].name[0]), i);
        start(upper(table[i].name[0]), i);
        // The backslash of an escape, and the first bytes of the non-ASCII characters that `folded` knows.
        for (const char byte : {'\\', '\xC4', '\xC5', '\xE2'}) start(static_cast<unsigned char>(byte), of.begin);
    }
    return out;
}

constexpr std::array<level_index, level_count> levels = make_index();

constexpr std::size_t longest_name = std::ranges::max_element(table, {}, [](const guarded_name& each) { return each.name.size(); })->name.size();

constexpr std::uint32_t other = 0xFFFF'FFFF;

// Returns the character at `i` of valid JSON string contents, and moves `i` behind it. The result is exact up to U+FFFF where it matters:
// it is `other` for characters that fold to no ASCII letter.
std::uint32_t next_character(std::string_view text, std::size_t& i) noexcept {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\\') {
        const char kind = text[i + 1];
        if (kind != 'u') {
            i += 2;
            return kind == '"' || kind == '\\' || kind == '/' ? static_cast<unsigned char>(kind) : other;
        }
        const std::uint32_t value = hex4(text.data() + i + 2);
        i += 6;
        return value;
    }
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    std::uint32_t value = byte;
    if (length == 2) value = (byte & 0x1FU) << 6 | (static_cast<unsigned char>(text[i + 1]) & 0x3FU);
    if (length == 3) {
        value = (byte & 0x0FU) << 12 | (static_cast<unsigned char>(text[i + 1]) & 0x3FU) << 6 | (static_cast<unsigned char>(text[i + 2]) & 0x3FU);
    }
    i += length;
    return length == 4 ? other : value;
}

// Simple case folding, for the characters that fold to ASCII. Go's encoding/json also folds the long s and the Kelvin sign. Java's
// equalsIgnoreCase also folds the dotless i and the capital I with a dot to i.
std::uint32_t folded(std::uint32_t c) noexcept {
    if (c >= 'A' && c <= 'Z') return c | 0x20;
    if (c == 0x017F) return 's';
    if (c == 0x212A) return 'k';
    if (c == 0x0130 || c == 0x0131) return 'i';
    return c;
}

// True if each byte of `text` is a character of ASCII that stands for itself.
bool is_plain_ascii(std::string_view text) noexcept {
    std::uint64_t marks = 0;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        const std::uint64_t word = core::word_at(text.data() + i);
        marks |= word | ((word ^ core::each_byte('\\')) - core::each_byte(1));
    }
    bool is_plain = (marks & core::each_byte(0x80)) == 0;
    for (; i < text.size(); ++i) is_plain = is_plain && static_cast<unsigned char>(text[i]) < 0x80 && text[i] != '\\';
    return is_plain;
}

}  // namespace

const std::array<guarded_name, guarded_name_count>& guarded_names() {
    return table;
}

likeness compare_folded(std::string_view raw, std::string_view name, bool is_prefix) noexcept {
    const std::string_view text = raw.substr(1, raw.size() - 2);
    bool is_same = true;
    std::size_t i = 0;
    for (const char expected : name) {
        core::count_steps();
        if (i == text.size()) return likeness::different;
        const std::uint32_t c = next_character(text, i);
        const auto wanted = static_cast<unsigned char>(expected);
        if (c == wanted) continue;
        if (folded(c) != folded(wanted)) return likeness::different;
        is_same = false;
    }
    if (!is_prefix && i != text.size()) {
        if (next_character(text, i) != 0) return likeness::different;
        is_same = false;
    }
    return is_same ? likeness::same : likeness::folds;
}

name_match match_name(object_level level, std::string_view raw) noexcept {
    const level_index& of = levels[static_cast<std::size_t>(level)];
    const std::uint8_t first = of.starts[static_cast<unsigned char>(raw[1])];
    if (first == 0) return {};
    const std::string_view plain = raw.substr(1, raw.size() - 2);
    for (auto i = static_cast<std::uint8_t>(first - 1); i != of.end; ++i) {
        if (table[i].name == plain) return {.index = i, .is_guarded = true, .is_exact = true};
    }
    // Without escapes and without characters beyond ASCII, only names of the same length can fold to each other.
    const bool is_plain = is_plain_ascii(plain.substr(0, longest_name + 1));
    for (std::uint8_t i = of.begin; i != of.end; ++i) {
        if (is_plain && table[i].name.size() != plain.size()) continue;
        const likeness found = compare_folded(raw, table[i].name);
        if (found != likeness::different) return {.index = i, .is_guarded = true, .is_exact = found == likeness::same};
    }
    return {};
}

std::string_view describe(object_level level) {
    switch (level) {
        case message: return "the message";
        case params: return "params";
        case meta: return "params._meta";
        case related_task: return "the related-task metadata";
        case capabilities: return "params.capabilities";
        case count_: break;
    }
    return {};
}

}  // namespace bridge::jsonrpc
