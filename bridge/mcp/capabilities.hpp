// The capabilities that a client declares in `initialize`.
#pragma once

#include <string>
#include <string_view>

namespace bridge::mcp {

struct client_capabilities {
    bool sampling = false;
    bool elicitation = false;
    bool roots = false;

    /// Reads `params.capabilities` of an `initialize` request, raw and valid JSON.
    static client_capabilities read(std::string_view initialize_params);

    /// True if the raw method of a server's request needs no capability, or one that the client declared.
    bool allow(std::string_view method) const;
};

/// Returns the raw InitializeResult `result` without `capabilities.tasks.list`. No other byte changes.
std::string without_task_list(std::string_view result);

}  // namespace bridge::mcp
