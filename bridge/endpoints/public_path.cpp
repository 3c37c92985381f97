#include "bridge/endpoints/public_path.hpp"

#include "bridge/http/path_prefix.hpp"

namespace bridge::endpoints {
namespace {

std::string_view folder_of(std::string_view path) {
    return path.substr(0, path.rfind('/') + 1);
}

bool resolves_against_stream(std::string_view user_agent) {
    return !user_agent.starts_with("Java-http-client") && !user_agent.starts_with("ReactorNetty");
}

}  // namespace

std::optional<std::string_view> public_prefix(const endpoint_context& context, const request_head& head) {
    if (!context.trusts_forwarded_prefix) return context.path_prefix;
    if (head.forwarded_prefix.empty()) return std::string_view();
    return http::read_path_prefix(head.forwarded_prefix);
}

std::string public_mcp_path(const endpoint_context& context, const request_head& head) {
    return std::string(public_prefix(context, head).value_or(std::string_view())) + context.mcp_path;
}

std::string message_reference(const endpoint_context& context, const request_head& head, std::string_view prefix) {
    const std::string_view path = context.message_path;
    const std::string_view folder = folder_of(path);
    const bool is_neighbour = folder_of(head.path) == folder && !head.path.ends_with('/');
    if (is_neighbour && resolves_against_stream(head.user_agent)) return std::string(path.substr(folder.size()));
    return std::string(prefix) + std::string(path);
}

}  // namespace bridge::endpoints
