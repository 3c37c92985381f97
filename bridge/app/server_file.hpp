// bridge.json: the server to host, as Claude Desktop, Cursor and VS Code describe one, and the bridge's options.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bridge/app/substitution.hpp"

namespace bridge::app {

/// What the file says, its variables put in. Paths are as they stand there.
struct server_file {
    /// A member of `options` or `limits`, its name without dashes.
    struct setting {
        std::string name;
        std::vector<std::string> values;
        bool is_list = false;              ///< an array: each value is one, whatever it holds
        std::vector<std::string> put_in;   ///< what came from the environment, and is not to be quoted
    };

    std::string name;  ///< of the server: its key
    std::string command;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;  ///< each "NAME=VALUE"
    std::string directory;                 ///< empty if none is given
    std::vector<setting> settings;         ///< of `options`, not checked: other sources know the options
    std::vector<setting> limits;           ///< of `limits`, not checked either
    std::vector<std::string> ignored;      ///< members that mean nothing here, by their path in the file
    std::vector<std::string> secrets;      ///< what came from the environment into `arguments`
};

/// Why a file cannot be used. Quotes names and paths, never values.
struct file_mistake {
    std::size_t line = 0;  ///< counted from 1; 0 if it belongs to no line
    std::string place;     ///< "mcpServers.weather.args[2]", or "column 9" where the text is no JSON
    std::string text;
};

/// Reads a file of this form, comments allowed:
///
///     { "mcpServers": { "weather": { "command": "...", "args": [], "env": {}, "cwd": "." } },
///       "options": { "isolation": "shared", "env": ["NAME"], "request-timeout": 60 },
///       "limits": { "max-batch": 200 } }
///
/// `servers`, as VS Code has it, means the same as `mcpServers`. With several servers `wanted` says which; empty for the only
/// one.
std::variant<server_file, file_mistake> read_server_file(std::string_view text, const std::string& wanted,
                                                         const variable_lookup& variables);

}  // namespace bridge::app
