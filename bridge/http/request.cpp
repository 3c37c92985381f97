#include "bridge/http/request.hpp"

#include <algorithm>
#include <cstdint>

#include "bridge/core/words.hpp"

namespace bridge::http {
namespace {

// Converts eight characters at once. In each sum, the high bit of a byte is set if
// the character is at least 'A', or beyond 'Z'.
std::uint64_t lowered(std::uint64_t characters) {
    constexpr std::uint64_t high_bits = core::each_byte(0x80);
    const std::uint64_t low = characters & ~high_bits;
    const std::uint64_t at_least_a = low + core::each_byte(0x80 - 'A');
    const std::uint64_t beyond_z = low + core::each_byte(0x7F - 'Z');
    return characters | ((at_least_a & ~beyond_z & ~characters & high_bits) >> 2);
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Removes the part up to `separator` from `rest` and returns it, trimmed.
std::string_view cut(std::string_view& rest, char separator) {
    const std::size_t at = rest.find(separator);
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return trim(part);
}

// True if the parameters of a media range exclude it: q=0, q=0.0 and so on.
bool has_zero_weight(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view one = cut(parameters, ';');
        if (one.size() < 3 || lower(one[0]) != 'q' || one[1] != '=') continue;
        return one.find_first_not_of("0.", 2) == std::string_view::npos;
    }
    return false;
}

}  // namespace

std::string_view parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view one = query.substr(0, query.find('&'));
        if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') return one.substr(name.size() + 1);
        query.remove_prefix(std::min(one.size() + 1, query.size()));
    }
    return {};
}

// A request has some twenty names and values to compare, so the function compares eight characters at once. The last eight overlap those before.
bool same_name(std::string_view a, std::string_view b) {
    constexpr std::size_t word = sizeof(std::uint64_t);
    if (a.size() != b.size()) return false;
    if (a.size() < word) return std::ranges::equal(a, b, {}, lower, lower);
    const auto is_same_at = [&](std::size_t i) { return lowered(core::word_at(a.data() + i)) == lowered(core::word_at(b.data() + i)); };
    for (std::size_t i = 0; i + word < a.size(); i += word) {
        if (!is_same_at(i)) return false;
    }
    return is_same_at(a.size() - word);
}

bool has_member(std::string_view list, std::string_view member) {
    while (!list.empty()) {
        if (same_name(cut(list, ','), member)) return true;
    }
    return false;
}

accepted accepted::read(std::optional<std::string_view> header) {
    // The header that the SDKs send, for which there is nothing to parse.
    if (header == "application/json, text/event-stream") return {};
    if (!header || trim(*header).empty()) return {};
    accepted out{.json = false, .stream = false};
    for (std::string_view rest = *header; !rest.empty();) {
        std::string_view range = cut(rest, ',');
        const std::string_view type = cut(range, ';');
        if (has_zero_weight(range)) continue;
        const bool any = type == "*/*" || type == "*";
        if (any || same_name(type, "application/json") || same_name(type, "application/*")) out.json = true;
        if (any || same_name(type, "text/event-stream") || same_name(type, "text/*")) out.stream = true;
    }
    return out;
}

bool wants_page(const request_head& head) {
    bool has_html = false;
    for (std::string_view rest = head.accept.value_or(std::string_view()); !rest.empty();) {
        std::string_view range = cut(rest, ',');
        const std::string_view type = cut(range, ';');
        if (same_name(type, "text/event-stream")) return false;
        has_html |= same_name(type, "text/html") && !has_zero_weight(range);
    }
    return has_html;
}

bool is_json(std::string_view content_type) {
    return same_name(cut(content_type, ';'), "application/json");
}

}  // namespace bridge::http
