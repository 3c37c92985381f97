// Substitution of ${NAME} in the texts of a configuration file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::app {

/// Returns the value of an environment variable, or nothing if it is not set.
using variable_lookup = std::function<std::optional<std::string>(const std::string& name)>;

/// A text with its variables inserted, or the reason why that failed.
struct substituted {
    std::string text;
    std::vector<std::string> values;  ///< the inserted values, which may be secrets; without defaults
    std::string wrong;                ///< empty on success; quotes names, never values
};

/// Replaces `${NAME}` by the value of a variable. Replaces `${NAME:-default}` by the default if the variable is unset or empty, as a shell
/// does. An unset variable without a default is a mistake. `$${` stands for `${`; every other `$` stands for itself. Inserted values are
/// not substituted again.
substituted substitute(std::string_view text, const variable_lookup& variables);

}  // namespace bridge::app
