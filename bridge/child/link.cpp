#include "bridge/child/link.hpp"

#include <utility>

namespace bridge::child {

// For a link that writes to no pipe: it needs the params in one piece.
core::result<std::uint64_t> link::call_spliced(std::string_view method, const spliced_params& params, std::shared_ptr<call_sink> sink) {
    constexpr std::string_view token = "0";
    std::string whole = params.before_token.joined();
    const std::size_t token_begin = whole.size();
    if (params.behind_token) whole.append(token).append(params.behind_token->joined());
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = method;
    message.params = whole;
    if (params.behind_token) message.meta_progress_token = message.params.substr(token_begin, token.size());
    return call(message, std::move(sink));
}

}  // namespace bridge::child
