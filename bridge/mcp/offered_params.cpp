#include "bridge/mcp/offered_params.hpp"

#include <string_view>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/revision.hpp"

namespace bridge::mcp {
namespace {

constexpr std::string_view newest = R"("2025-11-25")";

// No revision has a longer name, even if all of it is escaped.
constexpr std::size_t longest_name = 256;

bool is_known(std::string_view raw) {
    if (!raw.starts_with('"') || raw.size() > longest_name) return false;
    const std::string name = jsonrpc::decode_string(raw);
    return name == draft_revision || parse_revision(name).has_value();
}

}  // namespace

std::string offered_params(std::string params) {
    const std::string_view named = jsonrpc::find_member(params, "protocolVersion");
    if (is_known(named)) return params;
    if (!named.empty()) return params.replace(static_cast<std::size_t>(named.data() - params.data()), named.size(), newest);
    const std::size_t first = params.find('{') + 1;
    const bool is_empty = params.find_first_not_of(" \t\r\n", first) == params.rfind('}');
    return params.insert(first, R"("protocolVersion":)" + std::string(newest) + (is_empty ? "" : ","));
}

}  // namespace bridge::mcp
