#include "bridge/mcp/era.hpp"

#include "bridge/mcp/names.hpp"
#include "bridge/mcp/revision.hpp"

namespace bridge::mcp {

using jsonrpc::message_kind;

era era_of(const jsonrpc::envelope& message, const era_hints& hints) {
    const bool is_request = message.kind == message_kind::request;
    if (is_request && (!message.meta_revision.empty() || message.is_method(method::discover))) return era::modern;
    if (hints.names_session || !is_modern(hints.protocol_version)) return era::legacy;
    const bool is_call = is_request || message.kind == message_kind::notification;
    return is_call && !message.is_method(method::initialize) ? era::modern : era::legacy;
}

}  // namespace bridge::mcp
