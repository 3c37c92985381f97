#include "bridge/mcp/revision_list.hpp"

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::mcp {
namespace {

// A revision is a date. Longer strings are not decoded.
constexpr std::size_t longest_revision = 100;

}  // namespace

bool lists_revision(std::string_view list, const std::function<bool(std::string_view)>& is_wanted) {
    bool found = false;
    jsonrpc::scanner in(list, jsonrpc::deepest_nesting);
    if (in.peek() != '[') return false;
    in.array([&] {
        std::string_view each;
        if (!in.value(each)) return false;
        found = each.starts_with('"') && each.size() <= longest_revision && is_wanted(jsonrpc::decode_string(each));
        // Nothing behind the first match is read.
        return !found;
    });
    return found;
}

}  // namespace bridge::mcp
