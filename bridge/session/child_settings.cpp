#include "bridge/session/child_settings.hpp"

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {

std::string subscription_params(std::string_view uri) {
    std::string out = R"({"uri":)";
    jsonrpc::append_string(out, uri);
    return out + '}';
}

std::vector<child::repeated_request> child_settings::requests() const {
    std::vector<child::repeated_request> out;
    if (!level_.empty()) out.push_back({.method = std::string(mcp::method::set_level), .params = R"({"level":)" + level_ + "}"});
    for (const std::string& uri : subscribed_.all()) {
        out.push_back({.method = std::string(mcp::method::subscribe), .params = subscription_params(uri)});
    }
    return out;
}

}  // namespace bridge::session
