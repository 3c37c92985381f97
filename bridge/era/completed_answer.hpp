// The answers of a server, completed for clients of the modern era.
#pragma once

#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// The additions to a result for a client of the modern era.
struct completion {
    bool is_cacheable = false;       ///< the result is one of those that say how long a client may keep them
    std::string_view server_info{};  ///< the raw description of the server; empty if it is unknown
};

/// True if results of the raw method `method` are cacheable (revision 2026-07-28, schema, CacheableResult).
bool has_cacheable_result(std::string_view method);

/// Adds to the result of `answer`, which stands in `text` in front of `jsonrpc::answer_tail`, the members that revision 2026-07-28 requires:
/// `resultType`, for cacheable results `ttlMs` and `cacheScope`, and the description of the server in `_meta`. Values that the server gave stay, if
/// they are valid. The client may keep nothing, because the lists of a server can depend on the client.
void complete_result(std::string& text, const jsonrpc::envelope& answer, const completion& wanted);

/// Adds `resultType`, at the same place, to the result of a server of the modern era that has left it out. rmcp 3.11 does so where the result is
/// complete, and strict clients refuse such results (TypeScript SDK 2.4, Python SDK 2.3). A short result is searched for the name without being read
/// again, so a member of that name deeper in it counts too.
void add_result_type(std::string& text, const jsonrpc::envelope& answer);

/// Replaces, in the error of `answer` at the same place, a code that has another meaning in the modern era.
void complete_error(std::string& text, const jsonrpc::envelope& answer);

}  // namespace bridge::era
