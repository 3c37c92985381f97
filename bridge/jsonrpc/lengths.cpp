#include "bridge/jsonrpc/lengths.hpp"

#include "bridge/core/limits.hpp"

namespace bridge::jsonrpc {

std::string too_long(std::string_view name, std::size_t bytes, std::size_t most) {
    std::string out(name);
    out += " is " + std::to_string(bytes) + " bytes long; " + std::to_string(most) + " are allowed";
    return out;
}

std::string too_long_part(const envelope& message) {
    constexpr std::size_t most = core::longest_id_bytes;
    if (message.id.size() > most) return too_long("\"id\"", message.id.size(), most);
    if (message.method.size() > most) return too_long("\"method\"", message.method.size(), most);
    if (message.meta_progress_token.size() > most) return too_long("\"progressToken\"", message.meta_progress_token.size(), most);
    if (message.progress_token.size() > most) return too_long("\"progressToken\"", message.progress_token.size(), most);
    if (message.request_id.size() > most) return too_long("\"requestId\"", message.request_id.size(), most);
    return {};
}

}  // namespace bridge::jsonrpc
