// The arguments of tools that headers repeat.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/era/mirrored_headers.hpp"
#include "bridge/era/request_fault.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// Knows, from the lists of tools, which arguments a client repeats in `Mcp-Param-` headers: those whose schema says so by `x-mcp-header` (revision
/// 2026-07-28, Streamable HTTP, Custom Headers from Tool Parameters), also within objects. Only such headers are checked.
class tool_parameters {
public:
    /// Adds `tool`, a raw Tool, unless it is longer than `longest_element`.
    void add(std::string_view tool);

    /// The list has changed.
    void forget() { tools_.clear(); }

    /// True if the raw name `tool` was in the list.
    bool has(std::string_view tool) const { return find(tool) != nullptr; }

    /// True if the child calls the raw `tool` as a task only (revision 2025-11-25, `execution.taskSupport`).
    bool needs_task(std::string_view tool) const;

    /// Why the call of the raw `tool` with the raw `arguments`, a part of `message`, must be refused; nothing if its headers repeat its arguments.
    std::optional<request_fault> fault_of(std::string_view tool, const jsonrpc::envelope& message, std::string_view arguments,
                                          const std::vector<parameter_header>& headers) const;

private:
    struct parameter {
        std::string header;    // without the prefix
        std::string argument;  // its name
    };

    struct nested_object;

    // The arguments in one object that headers repeat, and the objects in it that have such.
    struct repeated_arguments {
        std::vector<parameter> here;
        std::vector<nested_object> nested;

        bool empty() const { return here.empty() && nested.empty(); }
    };

    struct nested_object {
        std::string argument;  // its name
        repeated_arguments contents;
    };

    struct description {
        repeated_arguments parameters;
        bool needs_task = false;
    };

    class schema_reading;
    class comparison;

    const description* find(std::string_view tool) const;

    std::map<std::string, description, std::less<>> tools_;
};

}  // namespace bridge::era
