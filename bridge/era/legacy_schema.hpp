// Output schemas and structured content of tools, as the legacy era has them.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "bridge/core/async.hpp"

namespace bridge::era {

/// The tools of a command whose output schemas describe no object. All views of the command share it, because a client keeps the list of tools when
/// its child is started again.
class wrapped_tools {
public:
    /// `name` is raw.
    void record(std::string_view name, bool is_wrapped);
    bool has(std::string_view name) const;

private:
    std::set<std::string, std::less<>> names_;
};

/// Returns the raw list `tools`, in which each output schema describes an object. A schema that describes anything else becomes the schema of the
/// member `result` of an object; its references to its own root are changed accordingly. No other byte changes. Records the tools of such schemas.
/// Leaves a tool that is longer than `longest_element` as it is.
std::string legacy_tools(std::string_view tools, wrapped_tools& wrapped);

/// Does the same, but lets the loop do other work in between, and returns nothing if no tool is changed. `tools` must outlive the coroutine.
core::task<std::string> legacy_tools_in_slices(core::executor executor, std::string_view tools, std::shared_ptr<wrapped_tools> wrapped);

/// Returns `content`, a raw structured content: as the member `result` of an object if it is no object itself, or if the schema of its tool says so.
std::string legacy_content(std::string_view content, bool is_wrapped);

}  // namespace bridge::era
