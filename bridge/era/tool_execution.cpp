#include "bridge/era/tool_execution.hpp"

#include <string_view>
#include <vector>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {

std::size_t remove_execution(std::string& text, std::size_t size) {
    const std::string_view whole = text;
    const std::string_view result = whole.substr(text.size() - jsonrpc::answer_tail.size() - size, size);
    std::vector<std::string_view> cuts;
    jsonrpc::scanner in(jsonrpc::find_member(result, "tools"), jsonrpc::deepest_nesting);
    if (in.peek() != '[') return size;
    in.array([&] {
        std::string_view tool;
        if (!in.value(tool)) return false;
        const auto members = jsonrpc::few_members_of(tool);
        const auto is_execution = [](const jsonrpc::member& each) { return each.is("execution"); };
        if (members) jsonrpc::add_cuts(*members, is_execution, cuts);
        return true;
    });
    if (cuts.empty()) return size;
    std::string kept = jsonrpc::without_cuts(whole, std::move(cuts));
    const std::size_t removed = text.size() - kept.size();
    text = std::move(kept);
    return size - removed;
}

}  // namespace bridge::era
