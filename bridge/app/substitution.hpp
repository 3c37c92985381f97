// ${NAME} in the texts of a configuration file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::app {

/// The value of a variable of the environment; nothing if it is not set.
using variable_lookup = std::function<std::optional<std::string>(const std::string& name)>;

/// A text with its variables put in, or why that cannot be done.
struct substituted {
    std::string text;
    std::vector<std::string> values;  ///< those that were put in, which may be secrets; defaults are not among them
    std::string wrong;                ///< empty if all is well; quotes names, never values
};

/// Puts a variable's value in for `${NAME}`, and for `${NAME:-default}` the default if the variable is unset or empty, as a
/// shell does. A variable that is unset and has no default is a mistake. `$${` stands for `${`; every other `$` for itself. What
/// was put in is not looked at again.
substituted substitute(std::string_view text, const variable_lookup& variables);

}  // namespace bridge::app
