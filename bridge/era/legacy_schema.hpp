// Output schemas and structured content of tools, as the legacy era has them.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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

/// A list of tools with changed schemas, in parts: a long text that grows would be copied in one turn.
class changed_tools {
public:
    /// `tools`, the raw list as it was, must outlive this object.
    explicit changed_tools(std::string_view tools) : from_(tools.data()), end_(tools.data() + tools.size()) {}

    /// Puts `replacement` in the place of `target`, a part of the list that is behind all earlier ones.
    void replace(std::string_view target, std::string_view replacement);

    bool has_changed() const { return !parts_.empty(); }
    /// The whole list. The views are valid until the next change.
    std::vector<std::string_view> pieces() const;

private:
    struct part {
        std::string changed;      // comes first
        std::string_view kept{};  // of the list as it was
    };

    std::string& changed();

    const char* from_;  // the place in the list up to which it is in the parts
    const char* end_;
    std::vector<part> parts_;
};

/// Returns the raw list `tools`, in which each output schema describes an object. A schema that describes anything else becomes the schema of the
/// member `result` of an object; its references to its own root are changed accordingly. No other byte changes. Records the tools of such schemas.
/// Leaves a tool that is longer than `longest_element` as it is.
std::string legacy_tools(std::string_view tools, wrapped_tools& wrapped);

/// As `legacy_tools`, but lets the loop do other work in between. `tools` must outlive the coroutine and its outcome.
core::task<changed_tools> legacy_tools_in_slices(core::executor executor, std::string_view tools, std::shared_ptr<wrapped_tools> wrapped);

/// Returns `content`, a raw structured content: as the member `result` of an object if it is no object itself, or if the schema of its tool says so.
std::string legacy_content(std::string_view content, bool is_wrapped);

}  // namespace bridge::era
