#include "bridge/jsonrpc/find_member.hpp"

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {

std::string_view find_member(std::string_view object, std::string_view name) {
    scanner in(object, deepest_nesting);
    std::string_view found;
    if (in.peek() != '{') return found;
    in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        if (string_equals(key, name)) found = value;
        return true;
    });
    return found;
}

}  // namespace bridge::jsonrpc
