// bridge.json: the server to host, in the form that Claude Desktop, Cursor, VS Code and Windsurf use, and the bridge's options.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bridge/app/substitution.hpp"

namespace bridge::app {

/// The contents of the file, with inserted variables. Paths are as the file has them.
struct server_file {
    /// A member of `options` or `limits`. Its name has no dashes.
    struct setting {
        std::string name;
        std::vector<std::string> values;
        bool is_list = false;             ///< the value is an array: each element is one value, even if it contains commas
        std::vector<std::string> put_in;  ///< values from the environment, which error messages must not quote
    };

    std::string name;  ///< name of the server: its key
    std::string command;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;  ///< each "NAME=VALUE"
    std::vector<std::string> withheld;     ///< variables that the server must not get (`null` in `env`)
    std::string environment_file;          ///< path of `envFile`; empty if the file has none
    std::string environment_file_place;    ///< the member that names it
    std::string directory;                 ///< empty if the file has none
    std::vector<setting> settings;         ///< members of `options`, not checked: other sources know the options
    std::vector<setting> limits;           ///< members of `limits`, not checked
    std::vector<std::string> ignored;      ///< members without a meaning here, by their path in the file
    std::vector<std::string> secrets;      ///< values from the environment that were inserted into `arguments`
};

/// The reason why a file cannot be used. It quotes names and paths, never values.
struct file_mistake {
    std::size_t line = 0;  ///< counted from 1; 0 if the mistake has no line
    std::string place;     ///< "mcpServers.weather.args[2]", or "column 9" if the text is not JSON
    std::string text;
};

/// Reads a file of this form; comments and trailing commas are allowed:
///
///     { "mcpServers": { "weather": { "command": "...", "args": [], "env": {}, "envFile": ".env", "cwd": "." } },
///       "options": { "isolation": "shared", "env": ["NAME"], "request-timeout": 60 },
///       "limits": { "max-batch": 200 } }
///
/// `servers`, the name in VS Code, means `mcpServers`. A member whose value is `null` counts as absent. `wanted` names one of the servers. It
/// may be empty if only one of them is started by a command: servers that clients reach over HTTP cannot be hosted, so they do not count.
std::variant<server_file, file_mistake> read_server_file(std::string_view text, const std::string& wanted, const named_values& values);

}  // namespace bridge::app
