// Reading and splicing JSON-RPC: a reader in slices agrees with the one that reads at once, and what is written says what was read, with
// params and results untouched, on one line.
//
// Input: a byte that chooses depth and slices, then the text.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/utf8.hpp"
#include "bridge/jsonrpc/batch.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/ids.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/member_names.hpp"
#include "bridge/jsonrpc/mixed_line.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/unit/jsonrpc/shown_outcome.hpp"
#include "tests/unit/jsonrpc/whole_batch.hpp"

namespace {

using namespace bridge::jsonrpc;
using fuzzing::require;

constexpr unsigned enough_depth = 64;

bool is_one_line(std::string_view text) {
    return text.find_first_of("\r\n") == std::string_view::npos;
}

void check_slices(std::string_view text, unsigned depth, std::uint8_t seed, const std::string& at_once) {
    large_envelope reading(text, depth);
    fuzzing::sizes slices(seed, seed % 2 == 0 ? 3 : 40);
    std::size_t steps = 0;
    while (!reading.advance(slices.next())) require(++steps <= 2 * text.size() + 2, "a reading in slices comes to an end");
    require(shown(text, reading.outcome()) == at_once, "reading in slices has the same outcome as reading at once");
}

std::vector<batch_member> mixed_members(std::string_view text, unsigned depth, std::size_t slice) {
    mixed_line_reader reading(text, depth, version_rule::optional_in_answers, "no message");
    std::vector<batch_member> out;
    for (;;) {
        while (!reading.advance(slice)) continue;
        auto member = reading.remove_member();
        if (!member) return out;
        out.push_back(*std::move(member));
    }
}

// The members of a line stand in it one behind the other, and each message is one that is read alone.
void check_mixed(std::string_view text, unsigned depth, std::uint8_t seed) {
    const auto members = mixed_members(text, depth, text.size() + 1);
    const auto in_slices = mixed_members(text, depth, 1 + seed % 40U);
    require(in_slices.size() == members.size(), "a line has the same members in slices of any size");
    const char* at = text.data();
    for (std::size_t i = 0; i < members.size(); ++i) {
        const batch_member& each = members[i];
        require(each.raw.data() >= at, "no member of a line is a part of another one");
        at = each.raw.data() + each.raw.size();
        require(shown(each.raw, each.read) == shown(each.raw, in_slices[i].read), "slices change no member");
        if (const envelope* const message = each.message()) {
            const read_outcome alone = read_envelope(each.raw, depth, version_rule::optional_in_answers);
            require(std::holds_alternative<envelope>(alone) && std::get<envelope>(alone).id == message->id, "a message of a line is one");
        } else {
            require(each.fault()->id.empty() || is_id(each.fault()->id), "the id of a malformed message is one");
        }
    }
    require(at <= text.data() + text.size(), "the members of a line are parts of it");
}

// Some ten steps a byte are what the worst of tests/support/worst_cases costs.
constexpr std::size_t steps_per_byte = 30;

void check_cost(std::string_view text, unsigned depth, std::uint8_t seed) {
    {
        const fuzzing::bounded_cost cost(text.size(), steps_per_byte);
        static_cast<void>(read_envelope(text, depth));
    }
    {
        const fuzzing::bounded_cost cost(text.size(), steps_per_byte);
        large_envelope reading(text, depth);
        while (!reading.advance(16 + seed)) continue;
    }
    {
        const fuzzing::bounded_cost cost(text.size(), steps_per_byte);
        static_cast<void>(find_member(text, "protocolVersion"));
    }
    {
        const fuzzing::bounded_cost cost(text.size(), steps_per_byte);
        static_cast<void>(whole_batch(text, depth, 16 + seed));
    }
    const fuzzing::bounded_cost cost(text.size(), steps_per_byte);
    static_cast<void>(mixed_members(text, depth, 16 + seed));
}

// `raw` is a string as it stood in a message.
void check_string(std::string_view raw) {
    const std::string said = decode_string(raw);
    require(bridge::core::is_utf8(said), "a decoded string is UTF-8");
    require(string_equals(raw, said), "a string equals what it says");
    require(!string_equals(raw, said + "x"), "a string equals nothing else");
    std::string again;
    append_string(again, said);
    require(is_one_line(again) && decode_string(again) == said && string_equals(again, said), "a string is written as it was read");
    scanner in(again, 1);
    require(in.value() && in.at_end(), "a string is written as JSON");
}

void check_id(std::string_view raw) {
    if (raw.starts_with('"')) check_string(raw);
    const auto number = minted_number(raw);
    if (!number) return;
    const std::string plain = std::to_string(*number);
    require(*number > 0 && *number < std::uint64_t{1} << 53U, "a minted number is one that a link mints");
    require(are_equal_ids(raw, plain) || raw == '"' + plain + '"', "a minted number has the value that is written");
}

envelope read_again(const std::string& text) {
    require(is_one_line(text), "a message is written on one line");
    const auto read = read_envelope(text, enough_depth);
    require(std::holds_alternative<envelope>(read), "what is written is a message");
    return std::get<envelope>(read);
}

// `raw` on one line, with `replacement` in place of `target`, a view into it.
std::string spliced(std::string_view raw, std::string_view target, std::string_view replacement) {
    std::string out(raw);
    std::ranges::replace_if(
        out, [](char c) { return c == '\r' || c == '\n'; }, ' ');
    if (!target.empty()) out.replace(static_cast<std::size_t>(target.data() - raw.data()), target.size(), replacement);
    return out;
}

void check_answer(const envelope& message) {
    std::string out;
    append_answer(out, message, R"("id")");
    const envelope again = read_again(out);
    require(again.kind == message.kind && again.id == R"("id")", "an answer stays one and gets the id that it was given");
    require(again.result == spliced(message.result, {}, {}), "a result stays as it was");
    require(again.error == spliced(message.error, {}, {}), "an error stays as it was");
}

void check_call(const envelope& message) {
    const bool is_request = message.kind == message_kind::request;
    std::string out;
    append_call(out, message, is_request ? "42" : "", "43");
    const envelope again = read_again(out);
    require(again.kind == message.kind && again.method == message.method, "a call keeps its kind and its method");
    require(again.id == (is_request ? "42" : ""), "a call gets the id that it was given");
    require(again.params == spliced(message.params, message.meta_progress_token, "43"), "params stay as they were, but for the token");
    require(message.meta_progress_token.empty() || again.meta_progress_token == "43", "a call gets the token that it was given");
}

void check_notification(const envelope& message, std::string_view target, std::string_view envelope::*which) {
    if (target.empty()) return;
    std::string out;
    append_notification(out, message, target, R"("new")");
    const envelope again = read_again(out);
    require(again.params == spliced(message.params, target, R"("new")"), "a notification's params stay as they were, but for the target");
    require(again.*which == R"("new")", "a notification's target is replaced");
}

void check_members(std::string_view text, const envelope& message) {
    const auto is_member = [text](std::string_view name, std::string_view raw) {
        return raw.empty() || find_member(text, name).data() == raw.data();
    };
    require(is_member("id", message.id) && is_member("method", message.method) && is_member("params", message.params) &&
                is_member("result", message.result) && is_member("error", message.error),
            "the members of a message are found by their names");
    require(find_member(message.params, "_meta") == message.meta, "_meta is found by its name");
    require(find_member(message.params, "requestId").empty() == message.request_id.empty(), "the request id is found by its name");
    require(find_member(message.params, "progressToken").empty() == message.progress_token.empty(), "the token is found by its name");
}

// The rule of member_names.hpp by other means: decodes each name as a whole and folds it. False if a name at `level` is, or folds to, one
// that another member has claimed, or folds to a guarded name without being it.
bool is_unambiguous(std::string_view object, object_level level, const envelope& message) {
    const auto folded = [](std::string_view raw) {
        std::string out;
        const std::string name = decode_string(raw);
        for (std::size_t i = 0; i < name.size() && name[i] != '\0'; ++i) {
            const std::string_view rest = std::string_view(name).substr(i);
            if (rest.starts_with("\u017f"))
                out += 's', ++i;
            else if (rest.starts_with("\u212a"))
                out += 'k', i += 2;
            else if (rest.starts_with("\u0130") || rest.starts_with("\u0131"))
                out += 'i', ++i;
            else
                out += static_cast<char>(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
        }
        return out;
    };
    const std::string method = message.method.empty() ? std::string() : folded(message.method);
    scanner in(object, deepest_nesting);
    if (in.peek() != '{') return true;
    std::array<int, guarded_name_count> met{};
    bool is_fine = true;
    in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        const std::string name = folded(key);
        for (std::size_t i = 0; i < guarded_name_count; ++i) {
            const guarded_name& guarded = guarded_names()[i];
            if (guarded.level != level || folded('"' + std::string(guarded.name) + '"') != name) continue;
            const bool means_something = guarded.methods[0].empty() || std::ranges::any_of(guarded.methods, [&](std::string_view begin) {
                                             return !begin.empty() && method.starts_with(folded('"' + std::string(begin) + '"'));
                                         });
            const bool is_exact = decode_string(key) == guarded.name;
            if (guarded.is_forbidden ? is_exact : means_something && (!is_exact || ++met[i] > 1)) is_fine = false;
            if (guarded.inner && is_exact) is_fine &= is_unambiguous(value, *guarded.inner, message);
        }
        return true;
    });
    return is_fine;
}

void check_message(std::string_view text, const envelope& message) {
    require(is_unambiguous(text, object_level::message, message), "no accepted message has a name that could be read as a guarded one");
    require(message.has_line_breaks == !is_one_line(text), "line breaks are seen wherever they stand");
    check_members(text, message);
    for (const std::string_view id : {message.id, message.meta_progress_token, message.progress_token, message.request_id}) check_id(id);
    if (message.kind == message_kind::result || message.kind == message_kind::error) return check_answer(message);
    check_string(message.method);
    require(message.is_method(decode_string(message.method)), "a method is the one that it says");
    check_call(message);
    check_notification(message, message.request_id, &envelope::request_id);
    check_notification(message, message.progress_token, &envelope::progress_token);
}

void check_batch(std::string_view text, unsigned depth, std::uint8_t seed) {
    const auto members = whole_batch(text, depth);
    const auto in_slices = whole_batch(text, depth, 1 + seed % 40);
    require(in_slices.size() == members.size(), "a batch has the same members in slices of any size");
    for (std::size_t i = 0; i < members.size(); ++i) {
        const batch_member& each = members[i];
        require(shown(each.raw, each.read) == shown(each.raw, read_envelope(each.raw, depth)), "a member of a batch is read as if it had come alone");
        require(shown(each.raw, each.read) == shown(each.raw, in_slices[i].read), "slices change no member");
    }
}

// What was refused for its names is refused for nothing that is not there.
void check_ambiguous(std::string_view text) {
    scanner in(text, deepest_nesting);
    require(in.value() && in.at_end(), "a message is refused for its names only if it is JSON");
    envelope message;
    message.method = find_member(text, "method");
    if (!message.method.starts_with('"')) message.method = {};
    // Of several methods the reader takes the first, but then the message is ambiguous in any case.
    require(!is_unambiguous(text, object_level::message, message), "a message is refused for its names only if one is ambiguous");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in(data, size);
    const std::uint8_t choice = in.byte();
    const unsigned depth = (choice & 64U) != 0 ? 4 : enough_depth;
    // Exactly as long as it is, so that ASan sees each byte read behind it.
    const std::string_view rest = in.rest();
    const std::unique_ptr<char[]> exact(new char[rest.size()]);
    std::ranges::copy(rest, exact.get());
    const std::string_view text(exact.get(), rest.size());

    check_cost(text, depth, choice);
    const auto read = read_envelope(text, depth);
    check_slices(text, depth, choice, shown(text, read));
    if (const auto* message = std::get_if<envelope>(&read)) {
        check_message(text, *message);
    } else if (const auto& fault = std::get<read_error>(read); fault.is_batch) {
        check_batch(text, depth, choice);
    } else {
        require(!fault.text.empty(), "a refusal says why");
        check_mixed(text, depth, choice);
        if (fault.code == bridge::core::errc::ambiguous_names) check_ambiguous(text);
    }
    return 0;
}
