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

/// The values that a text may name.
struct named_values {
    variable_lookup variables;
    std::string workspace;  ///< the folder that VS Code and Cursor call `${workspaceFolder}`; an absolute path
};

/// A text with its variables inserted, or the reason why that failed.
struct substituted {
    std::string text;
    std::vector<std::string> values;  ///< the inserted values of variables, which may be secrets; without defaults
    std::string wrong;                ///< empty on success; quotes names, never values
};

/// Replaces `${NAME}` by the value of a variable. Replaces `${NAME:-default}` by the default if the variable is unset or empty, as a shell
/// does. An unset variable without a default is a mistake. `$${` stands for `${`; every other `$` stands for itself. Inserted values are
/// not substituted again.
///
/// Files of editors have further forms: `${env:NAME}` is `${NAME}`; `${workspaceFolder}`, `${workspaceFolderBasename}`, `${userHome}`,
/// `${pathSeparator}` and `${/}` are what they are in VS Code (Variables reference) and Cursor. `${input:ID}`, `${file:PATH}` and other forms
/// stand for what only the editor knows: they are mistakes, whose text says what to write instead.
substituted substitute(std::string_view text, const named_values& values);

}  // namespace bridge::app
