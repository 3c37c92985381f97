#include "bridge/mcp/request_kind.hpp"

#include <algorithm>
#include <array>

#include "bridge/jsonrpc/text.hpp"

namespace bridge::mcp {
namespace {

// In the order of `request_kind`. The quotes allow a comparison with the raw text of a message.
constexpr std::array<std::string_view, static_cast<std::size_t>(request_kind::count_)> methods = {R"("initialize")",
                                                                                                  R"("ping")",
                                                                                                  R"("tools/list")",
                                                                                                  R"("tools/call")",
                                                                                                  R"("resources/list")",
                                                                                                  R"("resources/templates/list")",
                                                                                                  R"("resources/read")",
                                                                                                  R"("resources/subscribe")",
                                                                                                  R"("resources/unsubscribe")",
                                                                                                  R"("prompts/list")",
                                                                                                  R"("prompts/get")",
                                                                                                  R"("completion/complete")",
                                                                                                  R"("logging/setLevel")",
                                                                                                  R"("other")"};

}  // namespace

request_kind request_kind_of(std::string_view raw) {
    const auto* found = std::ranges::find(methods, raw);
    // Some clients write a slash with an escape, as json_encode of PHP does.
    if (found == methods.end() && raw.find('\\') != std::string_view::npos) {
        found = std::ranges::find_if(methods,
                                     [raw](std::string_view quoted) { return jsonrpc::string_equals(raw, quoted.substr(1, quoted.size() - 2)); });
    }
    return found == methods.end() ? request_kind::other : static_cast<request_kind>(found - methods.begin());
}

bool only_lists(request_kind kind) {
    switch (kind) {
        case request_kind::initialize:
        case request_kind::ping:
        case request_kind::tools_list:
        case request_kind::resources_list:
        case request_kind::resources_templates_list:
        case request_kind::prompts_list: return true;
        default: return false;
    }
}

std::string_view to_string(request_kind kind) {
    const std::string_view quoted = methods[static_cast<std::size_t>(kind)];
    return quoted.substr(1, quoted.size() - 2);
}

}  // namespace bridge::mcp
