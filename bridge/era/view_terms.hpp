// The facts about client and child that a legacy view needs.
#pragma once

#include <memory>
#include <optional>

#include "bridge/core/limits.hpp"
#include "bridge/era/client_envelope.hpp"
#include "bridge/era/legacy_schema.hpp"

namespace bridge::era {

/// The capabilities of the server in its answer to `server/discover`, as far as the bridge acts on them.
struct declared_features {
    bool has_logging = false;
    bool has_resource_updates = false;
    bool tools_change = false;
    bool prompts_change = false;
    bool resources_change = false;
    bool has_tasks = false;  ///< the extension `io.modelcontextprotocol/tasks`

    /// Reads the raw member `capabilities` of the answer.
    static declared_features read(std::string_view capabilities);

    bool has_changing_lists() const { return tools_change || prompts_change || resources_change; }
};

struct view_terms {
    client_envelope envelope;
    declared_features server;
    const core::limits& bounds;
    std::shared_ptr<wrapped_tools> tools;
    bool wants_changes = true;                  ///< the user of the child passes on notices that lists change
    std::optional<client_envelope> watching{};  ///< the envelope of subscriptions; nothing: the one of all requests
    bool follows_loss = false;                  ///< the lists of the last child, which ended by itself, can have been others
};

}  // namespace bridge::era
