// The capabilities that client and server declare in `initialize`.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bridge::mcp {

struct client_capabilities {
    bool sampling = false;
    bool elicitation = false;
    bool roots = false;
    bool tasks = false;         ///< `tasks.requests`: requests to the client can become tasks
    bool tasks_list = false;    ///< `tasks.list`
    bool tasks_cancel = false;  ///< `tasks.cancel`

    /// Reads `params.capabilities` of an `initialize` request, raw and valid JSON.
    static client_capabilities read(std::string_view initialize_params);

    /// True unless the raw method of a server's request needs a capability that the client did not declare. A method that the specification does not
    /// name needs none: what it means is a matter between client and server.
    bool allow(std::string_view method) const;
};

/// A capability of a server: a member of `capabilities` in an InitializeResult, or a member of that member.
struct server_capability {
    std::string_view name;
    std::string_view part{};  ///< empty: the whole capability
};

/// Returns the raw InitializeResult `result` without the capabilities `removed`. No other byte changes. A name that is repeated is removed each time.
std::string without_capabilities(std::string_view result, std::span<const server_capability> removed);

}  // namespace bridge::mcp
