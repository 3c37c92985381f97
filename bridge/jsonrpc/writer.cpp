#include "bridge/jsonrpc/writer.hpp"

#include "bridge/core/utf8.hpp"
#include "bridge/jsonrpc/scanner.hpp"

namespace bridge::jsonrpc {
namespace {

constexpr std::string_view version_member = R"({"jsonrpc":"2.0")";
constexpr std::string_view id_member = R"(,"id":)";

// Appends the raw object `params`, with the raw `replacement` in place of `target`, a view into `params`.
void append_params(std::string& out, std::string_view params, std::string_view target, std::string_view replacement, bool has_line_breaks) {
    if (target.empty() || replacement.empty()) return append_raw(out, params, has_line_breaks);
    const auto start = static_cast<std::size_t>(target.data() - params.data());
    append_raw(out, params.substr(0, start), has_line_breaks);
    out += replacement;
    append_raw(out, params.substr(start + target.size()), has_line_breaks);
}

void append_message(std::string& out, const envelope& message, std::string_view id, std::string_view target, std::string_view replacement) {
    out.reserve(out.size() + message.params.size() + message.method.size() + id.size() + replacement.size() + 64);
    append_call_head(out, message, id);
    if (!message.params.empty()) append_params(out, message.params, target, replacement, message.has_line_breaks);
    out += '}';
}

}  // namespace

// Works in blocks of a known size, which the compiler turns into vector code.
void blank_line_breaks(std::span<char> text) {
    constexpr std::size_t block = 64;
    const auto blank = [](char c) { return c == '\n' || c == '\r' ? ' ' : c; };
    std::size_t at = 0;
    for (; text.size() - at >= block; at += block) {
        for (std::size_t i = 0; i < block; ++i) text[at + i] = blank(text[at + i]);
    }
    for (; at < text.size(); ++at) text[at] = blank(text[at]);
}

void append_raw(std::string& out, std::string_view raw, bool has_line_breaks) {
    const std::size_t start = out.size();
    out += raw;
    if (has_line_breaks) blank_line_breaks(std::span(out).subspan(start));
}

void append_string(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string repaired;
    if (!core::is_utf8(text)) {
        repaired = core::repair_utf8(text);
        text = repaired;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[static_cast<unsigned char>(c) & 0xF];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_call_head(std::string& out, const envelope& message, std::string_view id) {
    out += version_member;
    if (!id.empty()) {
        out += id_member;
        out += id;
    }
    out += R"(,"method":)";
    out += message.method;
    if (!message.params.empty()) out += R"(,"params":)";
}

void append_call(std::string& out, const envelope& message, std::string_view id, std::string_view token) {
    append_message(out, message, id, message.meta_progress_token, token);
}

void append_notification(std::string& out, const envelope& message, std::string_view target, std::string_view replacement) {
    append_message(out, message, {}, target, replacement);
}

void append_answer_head(std::string& out, message_kind kind, std::string_view id) {
    out += version_member;
    out += id_member;
    out += id;
    out += kind == message_kind::error ? R"(,"error":)" : R"(,"result":)";
}

std::string_view answer_id(std::string_view answer) {
    std::string_view id = "null";
    if (!answer.starts_with(version_member) || !answer.substr(version_member.size()).starts_with(id_member)) return id;
    scanner in(answer.substr(version_member.size() + id_member.size()), 1);
    static_cast<void>(in.value(id));
    return id;
}

void append_answer(std::string& out, const envelope& message, std::string_view id) {
    const std::string_view contents = message.contents();
    out.reserve(out.size() + contents.size() + id.size() + 64);
    append_answer_head(out, message.kind, id);
    append_raw(out, contents, message.has_line_breaks);
    out += answer_tail;
}

void append_result(std::string& out, std::string_view id, std::string_view result) {
    append_answer_head(out, message_kind::result, id);
    out += result;
    out += answer_tail;
}

void append_error(std::string& out, std::string_view id, int code, std::string_view text) {
    append_answer_head(out, message_kind::error, id);
    out += R"({"code":)";
    out += std::to_string(code);
    out += R"(,"message":)";
    append_string(out, text);
    out += "}}";
}

}  // namespace bridge::jsonrpc
