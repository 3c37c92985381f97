#include "bridge/mcp/changing_lists.hpp"

#include "bridge/jsonrpc/find_member.hpp"

namespace bridge::mcp {

bool reports_changes(std::string_view capabilities, const changing_list& list) {
    return jsonrpc::find_member(jsonrpc::find_member(capabilities, list.capability), "listChanged") == "true";
}

}  // namespace bridge::mcp
