// The era that a client's message belongs to.
#pragma once

#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::mcp {

/// The eras of MCP, as revision 2026-07-28 distinguishes them (Versioning and Compatibility, Terminology).
enum class era {
    legacy,  ///< up to revision 2025-11-25: `initialize` opens a session
    modern,  ///< from revision 2026-07-28 on: each request carries revision, identity and capabilities in its `_meta`
};

/// The hints that the head of an HTTP request gives about the era of the message in its body.
struct era_hints {
    std::string_view protocol_version{};  ///< the header MCP-Protocol-Version; empty if it is absent
    bool names_session = false;           ///< the request names a session, which only the legacy era has
};

/// Returns the era of `message`, which a client has sent. The body decides first:
///
///     a request with `io.modelcontextprotocol/protocolVersion` in its `_meta` is modern, whatever the value and the method are: "a request carrying
///     modern per-request `_meta` is served statelessly" (revision 2026-07-28, Versioning and Compatibility, Backward Compatibility)
///     `server/discover` is modern, because no other era has this method. Clients send it to learn the era of a server
///     any other `initialize` is legacy: "an `initialize` request selects legacy semantics" (the same section)
///     an answer is legacy, because modern clients must not send any (revision 2026-07-28, Streamable HTTP, Sending Messages)
///
/// Where the body says nothing, a session that the request names makes the message legacy, because some legacy clients send the newest revision that
/// they know instead of the agreed one. Without a session, the message is modern if the header names a modern revision.
era era_of(const jsonrpc::envelope& message, const era_hints& hints);

}  // namespace bridge::mcp
