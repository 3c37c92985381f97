// The arguments of tools that headers repeat.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/core/memory_charge.hpp"
#include "bridge/era/mirrored_headers.hpp"
#include "bridge/era/request_fault.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// Knows, from the lists of tools, which arguments a client repeats in `Mcp-Param-` headers: those whose schema says so by `x-mcp-header` (revision
/// 2026-07-28, Streamable HTTP, Custom Headers from Tool Parameters), also within objects. Only such headers are checked. Where a tool has too many
/// of them, or one too deep, nothing is known of its headers, so a call that has any is refused.
class tool_parameters {
public:
    /// A server that has more tools gets no checks of the others.
    static constexpr std::size_t most_tools = 10'000;
    /// The most memory for the tools of one list. The names of ten thousand tools and some hundred headers need a quarter of it.
    static constexpr std::size_t most_bytes = 4 * 1024 * 1024;

    /// `account` pays for the names; null for none.
    explicit tool_parameters(core::memory_account_ptr account = {}) : charge_(std::move(account), core::memory_use::request) {}

    /// Adds `tool`, a raw Tool. Without room for it, the tool counts as one that is not in the list, and `left_out` counts it.
    void add(std::string_view tool);

    /// The most arguments of one tool that headers repeat. The headers of a request have room for few hundred short ones.
    static constexpr std::size_t most_parameters = 64;
    /// The deepest level of properties that is read. Each level of a schema and of the arguments is read once more for each level around it.
    static constexpr unsigned deepest_parameter = 16;

    /// The number of tools that were not added because they are too many or too long, or because memory is short.
    std::size_t left_out() const { return left_out_; }
    /// The number of tools whose calls must not have headers, because these cannot be checked.
    std::size_t unchecked() const;

    const core::memory_account_ptr& account() const { return charge_.account(); }

    /// The memory for all tools, in bytes.
    std::size_t cost() const { return charge_.bytes(); }

    /// The list has changed.
    void forget();

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
        bool is_unchecked = false;  // more arguments are repeated than can be kept
        std::size_t cost = 0;       // in bytes
    };

    class schema_reading;
    class comparison;

    static std::size_t cost_of(const repeated_arguments& all);
    static std::size_t cost_of(const std::string& name, const description& tool);
    bool has_room(std::size_t bytes) const;
    const description* find(std::string_view tool) const;

    std::map<std::string, description, std::less<>> tools_;
    std::size_t left_out_ = 0;
    bool some_need_tasks_ = false;        // of `tools_`
    bool some_repeat_arguments_ = false;  // of `tools_`, or are unchecked
    core::memory_charge charge_;
};

}  // namespace bridge::era
