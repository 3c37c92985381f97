#include "bridge/mcp/capabilities.hpp"

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::mcp {

client_capabilities client_capabilities::read(std::string_view initialize_params) {
    const std::string_view declared = jsonrpc::find_member(initialize_params, "capabilities");
    const auto has = [declared](std::string_view name) { return jsonrpc::find_member(declared, name).starts_with('{'); };
    return {.sampling = has("sampling"), .elicitation = has("elicitation"), .roots = has("roots")};
}

bool client_capabilities::allow(std::string_view raw) const {
    const auto is = [raw](std::string_view name) { return jsonrpc::string_equals(raw, name); };
    return (sampling && is(method::sampling)) || (elicitation && is(method::elicitation)) || (roots && is(method::roots)) || is(method::ping);
}

}  // namespace bridge::mcp
