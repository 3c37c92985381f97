#include "tests/support/stdio_fixture/folding.hpp"

#include <algorithm>
#include <vector>

#include "tests/support/raw_json.hpp"

namespace fixture {
namespace {

constexpr std::string_view known[] = {"id", "method", "params", "_meta", "progressToken", "requestId", "taskId", "task", "uri", "level"};

std::string lower(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size() && text[i] != '\0'; ++i) {
        if (text.substr(i).starts_with("\u017f"))
            out += 's', ++i;
        else if (text.substr(i).starts_with("\u212a"))
            out += 'k', i += 2;
        else
            out += static_cast<char>(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
    }
    return out;
}

std::string spelled(std::string_view raw) {
    const std::string name = test_support::unquoted(raw);
    for (const std::string_view each : known) {
        if (lower(each) == lower(name)) return std::string(each);
    }
    return name;
}

std::string folded(std::string_view object, int depth) {
    if (depth == 0 || !object.starts_with('{')) return std::string(object);
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& [raw, value] : test_support::members(object)) {
        const std::string name = spelled(raw);
        std::erase_if(all, [&name](const auto& each) { return each.first == name; });
        all.emplace_back(name, name == "params" || name == "_meta" ? folded(value, depth - 1) : std::string(value));
    }
    std::string out;
    for (const auto& [name, value] : all) out += (out.empty() ? "{" : ",") + test_support::quoted_json(name) + ":" + value;
    return out.empty() ? "{}" : out + "}";
}

}  // namespace

std::string with_folded_names(std::string_view line) {
    return folded(line, 3);
}

}  // namespace fixture
