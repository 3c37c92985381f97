// The bridge's own questions about the tasks of children.
#pragma once

#include <map>
#include <memory>

#include "bridge/core/activity.hpp"
#include "bridge/era/modern_client.hpp"

namespace bridge::era {

/// Asks children for the state of their tasks when no client can ask any more: while the bridge stops. Clients ask for it seldom, and a child need
/// not tell that a task has ended.
class task_inquiries {
public:
    /// Asks the child of `client` about each task that may still run, unless the child has not answered the last time yet.
    void ask(const std::shared_ptr<modern_client>& client);

private:
    std::map<std::shared_ptr<modern_client>, core::activity> under_way_;
};

}  // namespace bridge::era
