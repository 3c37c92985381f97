// The tools by name. Each file tools_*.cpp holds one family.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tests/support/stdio_fixture/server.hpp"

namespace fixture {

struct tool {
    std::string_view name;
    std::string_view description;  ///< with its arguments; shown by tools/list
    void (*run)(server&, const call&);
    std::string_view properties{};  ///< raw members of `properties` in its schema
};

std::span<const tool> message_tools();  ///< what comes back, byte for byte
std::span<const tool> timing_tools();   ///< when it comes back, and what comes before
std::span<const tool> wrong_tools();    ///< answers that break the rules
std::span<const tool> process_tools();  ///< what the process does

/// Null if there is none of that name.
const tool* find_tool(std::string_view name);

/// The result of tools/list.
std::string tools_list(std::string_view task_required = {});

}  // namespace fixture
