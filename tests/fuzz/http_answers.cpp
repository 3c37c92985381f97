#include "tests/fuzz/http_answers.hpp"

#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "bridge/core/utf8.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "tests/fuzz/input.hpp"

namespace fuzzing {
namespace {

constexpr std::string_view status_start = "HTTP/1.1 ";
constexpr std::string_view line_end = "\r\n";

// A line up to `end`, which is dropped; nothing if it is not whole.
std::optional<std::string_view> line_of(std::string_view& rest, std::string_view end) {
    const std::size_t at = rest.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view out = rest.substr(0, at);
    rest.remove_prefix(at + end.size());
    return out;
}

struct head {
    std::string_view type;
    std::optional<std::size_t> length;
    bool is_chunked = false;
    bool is_interim = false;
    bool closes = false;
};

std::size_t number(std::string_view text, int base) {
    std::size_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
    require(error == std::errc{} && end == text.data() + text.size(), "a length is a number");
    return out;
}

void read_header(head& received_head, std::string_view line) {
    const std::size_t colon = line.find(": ");
    require(colon != std::string_view::npos && colon > 0, "a header has a name and a value");
    for (const char c : line) require(std::isprint(static_cast<unsigned char>(c)) != 0, "a header is printable");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 2);
    require(name.find(' ') == std::string_view::npos, "a header's name is one word");
    if (name == "Content-Type") received_head.type = value;
    if (name == "Transfer-Encoding") received_head.is_chunked = value == "chunked";
    if (name == "Connection") received_head.closes = value == "close";
    if (name == "Content-Length") {
        require(!received_head.length, "there is one length");
        received_head.length = number(value, 10);
    }
}

// Nothing if it is not whole.
std::optional<head> read_head(std::string_view& rest) {
    const auto status = line_of(rest, line_end);
    if (!status) return std::nullopt;
    require(status->starts_with(status_start) && status->size() > status_start.size() + 3, "a reply begins with a status line");
    head out;
    const std::size_t code = number(status->substr(status_start.size(), 3), 10);
    require(code >= 100 && code < 600, "a status is one");
    out.is_interim = code < 200;
    for (;;) {
        const auto line = line_of(rest, line_end);
        if (!line) return std::nullopt;
        if (line->empty()) break;
        read_header(out, *line);
    }
    if (code == 204) out.length = 0;
    return out;
}

void check_json(std::string_view text) {
    bridge::jsonrpc::scanner in(text, 512);
    require(in.value() && in.at_end(), "what is said to be JSON is JSON");
    require(!in.met_line_break(), "JSON stands on one line");
}

// Events, whole or broken off.
void check_events(std::string_view text) {
    bool is_message = false;
    while (const auto line = line_of(text, "\n")) {
        if (line->starts_with("event: ")) is_message = *line == "event: message";
        const bool is_field = line->empty() || line->starts_with("event: ") || line->starts_with("id: ") || line->starts_with("data: ") ||
                              line->starts_with("retry: ") || line->starts_with(": ");
        require(is_field, "a stream has nothing but fields and comments");
        require(line->find('\r') == std::string_view::npos, "a field is one line");
        require(bridge::core::is_utf8(*line), "a stream is UTF-8");
        if (is_message && line->starts_with("data: ")) check_json(line->substr(6));
        if (line->empty()) is_message = false;
    }
}

// False if it is not whole.
bool read_chunks(std::string_view& rest, std::string& out) {
    for (;;) {
        const auto line = line_of(rest, line_end);
        if (!line) return false;
        const std::size_t size = number(*line, 16);
        if (rest.size() < size + line_end.size()) return false;
        out += rest.substr(0, size);
        rest.remove_prefix(size);
        require(rest.starts_with(line_end), "a chunk is as long as it says");
        rest.remove_prefix(line_end.size());
        if (size == 0) return true;
    }
}

// False if it is not whole.
bool read_body(const head& received_head, std::string_view& rest) {
    if (received_head.is_chunked) {
        std::string body;
        const bool is_whole = read_chunks(rest, body);
        check_events(body);
        return is_whole;
    }
    if (!received_head.length) {
        // A stream for a client of HTTP/1.0.
        require(received_head.closes, "a body without a length ends with the connection");
        check_events(rest);
        rest = {};
        return true;
    }
    // The reply to HEAD says how long the body would be.
    if (rest.empty() || rest.starts_with(status_start)) return true;
    if (rest.size() < *received_head.length) return false;
    const std::string_view body = rest.substr(0, *received_head.length);
    rest.remove_prefix(*received_head.length);
    if (received_head.type == "application/json") check_json(body);
    return true;
}

}  // namespace

void check_answers(std::string_view bytes, bool is_cut) {
    while (!bytes.empty()) {
        const auto next = read_head(bytes);
        bool is_whole = next.has_value();
        if (next && !next->is_interim) is_whole = read_body(*next, bytes);
        if (!is_whole) {
            require(is_cut, "a reply is whole");
            return;
        }
        if (next->closes) require(bytes.empty(), "nothing follows the last reply");
    }
}

}  // namespace fuzzing
