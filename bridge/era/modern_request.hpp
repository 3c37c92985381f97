// The envelope of a request of the modern era.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bridge/core/error.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/era/mirrored_headers.hpp"
#include "bridge/era/request_fault.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/mcp/log_level.hpp"

namespace bridge::era {

/// The envelope of a request of revision 2026-07-28: all that it says beside its method and its own params. The views are raw text inside the
/// request.
struct modern_request {
    std::string_view capabilities;              ///< of the client: an object
    std::optional<mcp::log_level> log_level{};  ///< the client wants log messages of this severity or a higher one; nothing: none at all
    std::string_view tool{};                    ///< raw name of the tool that is called; empty for other requests
    std::string_view arguments{};               ///< raw arguments of that tool
    std::string_view request_state{};           ///< raw: the call that the client continues; empty if the request begins one
    std::string child_state{};                  ///< raw: the state of a modern child that `request_state` seals; empty for none
    std::string_view input_responses{};         ///< raw: the client's answers to the questions of that call
    std::optional<core::digest> identity{};     ///< the digest of the request (`params_digest`), if it was made
    bool knows_tasks = false;                   ///< the client has declared the tasks extension

    /// Reads the request `message` and checks it against `headers`.
    static core::result<modern_request, request_fault> read(const jsonrpc::envelope& message, const mirrored_headers& headers);
};

/// Removes from the request `message`, which was parsed from `text`, what a server of the legacy era must not get, as `jsonrpc::remove_params` does.
/// Views into a small text are not valid afterwards.
void make_legacy(std::string& text, jsonrpc::envelope& message, unsigned max_depth);

/// Why `header`, the value of Mcp-Name, contradicts the raw string `raw` in the body; nothing if they are equal.
std::optional<request_fault> name_fault(const std::optional<std::string_view>& header, std::string_view raw);

/// The fault of the request `message` of the legacy era, where only the modern era is served.
request_fault unsupported_version(const jsonrpc::envelope& message);

/// True if revision 2026-07-28 has removed the raw method `method`, or has it only with an extension that the bridge does not offer. Requests with
/// any other method go to the child: what the method means is a matter between client and server.
bool is_removed(std::string_view method);

}  // namespace bridge::era
