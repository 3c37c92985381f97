#include "tests/support/http_message.hpp"

#include <algorithm>
#include <charconv>

namespace test_support {

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

std::string response_head::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

response_head parse_response_head(std::string_view text) {
    response_head head;
    if (text.starts_with("HTTP/1.1 ") && text.size() >= 12) {
        std::from_chars(text.data() + 9, text.data() + 12, head.status);
    }
    for (std::size_t end; (end = text.find("\r\n")) != text.npos;) {
        text.remove_prefix(end + 2);
        const auto line = text.substr(0, text.find("\r\n"));
        const auto colon = line.find(':');
        if (colon == line.npos) continue;
        const auto value = line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
        head.headers.emplace(lower_case(line.substr(0, colon)), value);
    }
    return head;
}

std::optional<std::string> take_chunk(std::string& buffer) {
    const auto line_end = buffer.find("\r\n");
    if (line_end == buffer.npos) return std::nullopt;
    std::size_t size = 0;
    std::from_chars(buffer.data(), buffer.data() + line_end, size, 16);
    const std::size_t whole = line_end + 2 + size + 2;
    if (buffer.size() < whole) return std::nullopt;
    std::string data = buffer.substr(line_end + 2, size);
    buffer.erase(0, whole);
    return data;
}

}  // namespace test_support
