// The member of a tool that only the legacy era has.
#pragma once

#include <cstddef>
#include <string>

namespace bridge::era {

/// Removes `execution`, which says how a tool uses the tasks of revision 2025-11-25, from the tools in the raw ListToolsResult at the end of `text`,
/// an object of `size` bytes in front of `jsonrpc::answer_tail`. Returns the new size of the object.
std::size_t remove_execution(std::string& text, std::size_t size);

}  // namespace bridge::era
