// A stdio MCP server that does as little work as it can: the load target of every bridge that is measured, so that what
// is measured is the bridge. It trusts its input.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

namespace {

std::string output;

/// The server speaks revision 2026-07-28 only, and not the older ones only.
bool is_modern = false;

/// One past the string that opens at `position`.
std::size_t end_of_string(std::string_view line, std::size_t position) {
    while (true) {
        position = line.find('"', position + 1);
        if (position == line.npos) return line.size();
        std::size_t backslashes = 0;
        while (line[position - 1 - backslashes] == '\\') ++backslashes;
        if (backslashes % 2 == 0) return position + 1;
    }
}

/// The raw id of the message; empty for a notification.
std::string_view id_of(std::string_view line) {
    constexpr std::string_view key = "\"id\":";
    int depth = 0;
    for (std::size_t at = 0; at < line.size();) {
        const char c = line[at];
        if (c == '"') {
            if (depth == 1 && line.substr(at).starts_with(key)) {
                const std::size_t begin = line.find_first_not_of(' ', at + key.size());
                const std::size_t end = line[begin] == '"' ? end_of_string(line, begin) : line.find_first_of(",}", begin);
                return line.substr(begin, end - begin);
            }
            at = end_of_string(line, at);
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        ++at;
    }
    return {};
}

/// What follows `key` up to the end of the value, for a string without its quotes.
std::string_view value_after(std::string_view line, std::string_view key) {
    std::size_t begin = line.find(key);
    if (begin == line.npos) return {};
    begin = line.find_first_not_of(' ', begin + key.size());
    if (line[begin] == '"') return line.substr(begin + 1, end_of_string(line, begin) - begin - 2);
    return line.substr(begin, line.find_first_of(",}", begin) - begin);
}

void reply(std::string_view id, std::string_view key, std::string_view value) {
    output += R"({"jsonrpc":"2.0","id":)";
    output += id;
    output += key;
    output += value;
    output += "}\n";
}

void reply_text(std::string_view id, std::string_view text) {
    output += R"({"jsonrpc":"2.0","id":)";
    output += id;
    output += R"(,"result":{"content":[{"type":"text","text":")";
    output += text;
    output += is_modern ? "\"}],\"resultType\":\"complete\"}}\n" : "\"}]}}\n";
}

void handle_call(std::string_view line, std::string_view id) {
    const std::string_view tool = value_after(line, R"("name":)");
    if (tool == "sink") return reply_text(id, "ok");
    if (tool == "blob") {
        const std::string_view digits = value_after(line, R"("n":)");
        std::size_t size = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), size);
        return reply_text(id, std::string(size, 'x'));
    }
    reply_text(id, value_after(line, R"("text":)"));
}

constexpr std::string_view tools = R"({"resultType":"complete","ttlMs":0,"cacheScope":"private","tools":[)"
                                   R"({"name":"echo","description":"Gives the text back",)"
                                   R"("inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}},)"
                                   R"({"name":"sink","description":"Takes a text, says ok",)"
                                   R"("inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}},)"
                                   R"({"name":"blob","description":"A text of n bytes",)"
                                   R"("inputSchema":{"type":"object","properties":{"n":{"type":"integer"}}}}]})";

void handle(std::string_view line) {
    const std::string_view id = id_of(line);
    if (id.empty()) return;
    const std::string_view method = value_after(line, R"("method":)");
    if (method == "tools/call") return handle_call(line, id);
    if (method == "ping") return reply(id, R"(,"result":)", "{}");
    if (method == "tools/list") return reply(id, R"(,"result":)", tools);
    if (method == "server/discover" && is_modern) {
        return reply(id, R"(,"result":)",
                     R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"})");
    }
    if (method == "initialize" && !is_modern) {
        const std::string version(value_after(line, R"("protocolVersion":)"));
        return reply(id, R"(,"result":)",
                     R"({"protocolVersion":")" + (version.empty() ? "2025-06-18" : version) +
                         R"(","capabilities":{"tools":{}},"serverInfo":{"name":"fast-echo","version":"1.0.0"}})");
    }
    reply(id, R"(,"error":)", R"({"code":-32601,"message":"Method not found"})");
}

bool flush() {
    for (std::string_view left = output; !left.empty();) {
        const auto count = ::write(1, left.data(), left.size());
        if (count <= 0) return false;
        left.remove_prefix(static_cast<std::size_t>(count));
    }
    output.clear();
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    is_modern = argc > 1 && std::string_view(argv[1]) == "--modern";
    std::string input;
    std::size_t searched = 0;
    char chunk[1 << 16];
    for (ssize_t count; (count = ::read(0, chunk, sizeof chunk)) > 0;) {
        input.append(chunk, static_cast<std::size_t>(count));
        std::size_t begin = 0;
        for (std::size_t end; (end = input.find('\n', std::max(begin, searched))) != input.npos; begin = end + 1) {
            handle(std::string_view(input).substr(begin, end - begin));
            searched = end + 1;
        }
        input.erase(0, begin);
        searched = input.size();
        if (!flush()) return 0;
    }
}
