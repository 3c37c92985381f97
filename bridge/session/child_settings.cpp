#include "bridge/session/child_settings.hpp"

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {

std::string subscription_params(std::string_view uri) {
    std::string out = R"({"uri":)";
    jsonrpc::append_string(out, uri);
    return out + '}';
}

child::own_requests child_settings::requests(std::shared_ptr<const child_settings> settings) {
    if (settings->level_.empty() && settings->subscribed_.empty()) return {};
    return [settings = std::move(settings), is_first = true, last = std::optional<std::string>()]() mutable {
        std::optional<child::own_request> out;
        if (std::exchange(is_first, false) && !settings->level_.empty()) {
            out = child::own_request{.method = std::string(mcp::method::set_level), .params = R"({"level":)" + settings->level_ + "}"};
        } else if (const std::string* const next = settings->subscribed_.next_after(last)) {
            last = *next;
            out = child::own_request{.method = std::string(mcp::method::subscribe), .params = subscription_params(*next)};
        }
        return out;
    };
}

}  // namespace bridge::session
