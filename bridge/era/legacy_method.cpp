#include "bridge/era/legacy_method.hpp"

#include <algorithm>
#include <array>

#include "bridge/jsonrpc/member_names.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

struct rule {
    std::string_view name;
    legacy_method method;
};

constexpr std::array rules = {rule{"tools/list", legacy_method::lists_tools},
                              rule{"tools/call", legacy_method::calls_tool},
                              rule{"prompts/get", legacy_method::may_ask},
                              rule{"resources/read", legacy_method::may_ask},
                              rule{"prompts/list", legacy_method::cached},
                              rule{"resources/list", legacy_method::cached},
                              rule{"resources/templates/list", legacy_method::cached},
                              rule{mcp::method::ping, legacy_method::ping},
                              rule{mcp::method::set_level, legacy_method::sets_log_level},
                              rule{mcp::method::subscribe, legacy_method::subscribes},
                              rule{mcp::method::unsubscribe, legacy_method::unsubscribes},
                              rule{mcp::method::initialize, legacy_method::absent}};

}  // namespace

legacy_method legacy_method_of(std::string_view raw) {
    // The methods of tasks have these names in both eras, with other meanings.
    if (jsonrpc::compare_folded(raw, mcp::method::task_prefix, true) != jsonrpc::likeness::different) return legacy_method::absent;
    const auto found = std::ranges::find_if(rules, [raw](const rule& each) { return jsonrpc::string_equals(raw, each.name); });
    return found == rules.end() ? legacy_method::forwarded : found->method;
}

}  // namespace bridge::era
