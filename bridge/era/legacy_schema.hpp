// Output schemas and structured content of tools, as the legacy era has them.
#pragma once

#include <string>
#include <string_view>

namespace bridge::era {

/// Returns the raw list `tools`, in which each output schema describes an object. A schema that describes anything else becomes the schema of the
/// member `result` of an object; its references to its own root are changed accordingly. No other byte changes.
std::string legacy_tools(std::string_view tools);

/// Returns `content`, a raw structured content: an object as it stands, anything else as the member `result` of an object.
std::string legacy_content(std::string_view content);

}  // namespace bridge::era
