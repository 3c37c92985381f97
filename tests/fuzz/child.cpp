// The server behind the bridge for fuzz_http_request: answers each request at once with the params that it got, after a progress
// notification if that was asked for. The bridge writes to it as `{"jsonrpc":"2.0","id":N,"method":...`.
#include <iostream>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view before_id = R"({"jsonrpc":"2.0","id":)";
constexpr std::string_view initialized =
    R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{"subscribe":true}},"serverInfo":{"name":"child","version":"1"}})";

std::string_view between(std::string_view text, std::string_view mark, std::string_view ends) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + mark.size());
    return text.substr(0, text.find_first_of(ends));
}

void answer(std::string_view line) {
    const std::string_view id = between(line, before_id, ",");
    if (id.empty()) return;
    if (line.find(R"("method":"initialize")") != std::string_view::npos) {
        std::cout << before_id << id << R"(,"result":)" << initialized << "}\n";
        return;
    }
    if (const std::string_view token = between(line, R"("progressToken":)", ",}"); token == id) {
        std::cout << R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"progressToken":)" << token << "}}\n";
    }
    const std::size_t params = line.find(R"(,"params":)");
    std::cout << before_id << id << R"(,"result":)";
    if (params == std::string_view::npos) {
        std::cout << "{}}\n";
    } else {
        line.remove_prefix(params + 10);
        std::cout << line << '\n';
    }
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        answer(line);
        std::cout.flush();
    }
}
