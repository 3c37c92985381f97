// JSON in a form that can be compared.
#pragma once

#include <string>
#include <string_view>

namespace bridge::era {

/// Appends `raw`, valid JSON, without the white space between its tokens.
void append_dense(std::string& out, std::string_view raw);

}  // namespace bridge::era
