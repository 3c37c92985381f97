#include "tests/fuzz/strict_head.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace fuzzing {
namespace {

// Those of which a second one would leave open whose the request is, or where it ends.
const std::set<std::string, std::less<>> single_fields = {"host",
                                                          "origin",
                                                          "authorization",
                                                          "content-length",
                                                          "transfer-encoding",
                                                          "mcp-session-id",
                                                          "last-event-id",
                                                          "x-functions-key",
                                                          "x-api-key",
                                                          "x-auth-token",
                                                          "x-forwarded-host",
                                                          "mcp-protocol-version",
                                                          "x-ms-client-principal-id"};

std::vector<std::string> lines_of(std::string_view head) {
    std::vector<std::string> out;
    while (!head.empty()) {
        const std::size_t end = std::min(head.find("\r\n"), head.size());
        out.emplace_back(head.substr(0, end));
        head.remove_prefix(std::min(end + 2, head.size()));
    }
    return out;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string trimmed(const std::string& text) {
    const std::size_t start = text.find_first_not_of(" \t");
    return start == std::string::npos ? std::string() : text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

bool has_control(const std::string& line) {
    return std::ranges::any_of(line, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
}

bool is_bad_field(const std::string& name, const std::string& value, bool is_http_1_0) {
    if (name == "transfer-encoding") return is_http_1_0 || lower(value) != "chunked";
    if (name == "content-length") return value.empty() || value.find_first_not_of("0123456789") != std::string::npos;
    return false;
}

}  // namespace

bool must_be_refused(std::string_view bytes, std::size_t most) {
    while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos || end > most) return false;
    const std::vector<std::string> lines = lines_of(bytes.substr(0, end));
    const bool is_http_1_0 = lines.front().ends_with(" HTTP/1.0");
    if (has_control(lines.front())) return true;
    std::multiset<std::string> names;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::string& line = lines[i];
        const std::size_t colon = line.find(':');
        if (has_control(line) || line.starts_with(' ') || line.starts_with('\t') || colon == std::string::npos || colon == 0) return true;
        const std::string name = lower(line.substr(0, colon));
        if (name.find_first_of(" \t") != std::string::npos || is_bad_field(name, trimmed(line.substr(colon + 1)), is_http_1_0)) return true;
        names.insert(name);
    }
    if (names.contains("transfer-encoding") && names.contains("content-length")) return true;
    if (!names.contains("host") && !is_http_1_0) return true;
    return std::ranges::any_of(single_fields, [&](const std::string& name) { return names.count(name) > 1; });
}

}  // namespace fuzzing
