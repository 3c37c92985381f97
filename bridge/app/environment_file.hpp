// The file that `envFile` names: variables for a server, one on each line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::app {

/// The variables of such a file, or the line with a mistake.
struct environment_file {
    std::vector<std::string> variables;  ///< each "NAME=VALUE", in the order of the file
    std::size_t mistaken_line = 0;       ///< counted from 1; 0 if every line was understood
};

/// Reads lines of the form `NAME=VALUE`, as VS Code, Cursor and other readers of `.env` files do. `export` may precede the name. Blank lines and
/// lines that begin with `#` are skipped. A value in single quotes is literal. In a value in double quotes `\n`, `\r`, `\t`, `\"` and `\\` stand
/// for one character. Both may span lines, as keys in PEM form do. Without quotes, blanks around the value do not count, and ` #` begins a
/// comment. Nothing is substituted. The function reads each byte once.
environment_file read_environment_file(std::string_view text);

}  // namespace bridge::app
