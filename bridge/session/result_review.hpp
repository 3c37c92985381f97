// The review of a child's result.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/task_calls.hpp"

namespace bridge::session {

/// The decision on a result before it goes to the client.
struct result_review {
    std::optional<std::string> replacement{};  ///< the raw result that replaces the child's; without one the child's result passes
    std::vector<std::string_view> cuts{};      ///< parts of the child's result that the client does not get, views that do not overlap
    std::string error{};                       ///< the error that the client gets instead; empty for none
    std::shared_ptr<child::task_sink> task{};  ///< the receiver of the progress that follows, if the call has become a task
    std::string followed_task{};               ///< raw id of a task of the child, whose result the client gets instead; empty for none
};

}  // namespace bridge::session
