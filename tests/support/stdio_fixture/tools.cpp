#include "tests/support/stdio_fixture/tools.hpp"

#include "tests/support/raw_json.hpp"

namespace fixture {
namespace {

std::span<const tool> family(int number) {
    switch (number) {
        case 0: return message_tools();
        case 1: return timing_tools();
        case 2: return wrong_tools();
        default: return process_tools();
    }
}
constexpr int families = 4;

}  // namespace

const tool* find_tool(std::string_view name) {
    for (int i = 0; i < families; ++i) {
        for (const tool& t : family(i)) {
            if (t.name == name) return &t;
        }
    }
    return nullptr;
}

std::string tools_list(std::string_view task_required) {
    std::string list;
    for (int i = 0; i < families; ++i) {
        for (const tool& t : family(i)) {
            list += list.empty() ? "" : ",";
            list += R"({"name":)" + test_support::quoted_json(t.name) + R"(,"description":)" + test_support::quoted_json(t.description) +
                    R"(,"inputSchema":{"type":"object")" + (t.properties.empty() ? "" : R"(,"properties":{)" + std::string(t.properties) + "}") +
                    '}' + (t.name == task_required ? R"(,"execution":{"taskSupport":"required"}})" : "}");
        }
    }
    return R"({"tools":[)" + list + "]}";
}

}  // namespace fixture
