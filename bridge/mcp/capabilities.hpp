// What a client said in `initialize` that it can do for a server.
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

    /// True if the server request `method` (raw) asks for something that the client declared, or that needs no declaring.
    bool allow(std::string_view method) const;
};

/// The InitializeResult `result`, raw, without `capabilities.tasks.list`. Nothing else of its bytes changes.
std::string without_task_list(std::string_view result);

}  // namespace bridge::mcp
