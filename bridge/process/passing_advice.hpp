// Variables that a server may miss because the bridge does not pass them on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bridge::process {

/// Returns the sorted names of the variables of this process's environment that are not in `environment`, that of a child. Leaves out variables
/// without a value, the bridge's own settings, which can be keys, and what a shell sets for itself.
std::vector<std::string> withheld_variables(const std::vector<std::string>& environment);

/// Returns a hint if `words`, the last words of a child, name variables of `withheld`, which is sorted: which of them the child may miss, and how
/// they are passed on. The hint has names only, at most three. The text continues a sentence (it begins with "; "); it is empty if no such variable
/// is named.
std::string passing_advice(std::string_view words, const std::vector<std::string>& withheld);

}  // namespace bridge::process
