// Sets up the process-wide logger. Sources log through spdlog's own functions.
#pragma once

#include <string>
#include <string_view>

#include "bridge/core/redactor.hpp"

namespace bridge::core {

enum class log_format {
    text,  ///< one readable line
    json,  ///< one JSON object a line: time, level, message
};

enum class log_target {
    standard_error,  ///< everything to stderr, as command line tools do
    split,           ///< up to info to stdout, warnings and errors to stderr: the Functions host takes stderr for errors
};

struct log_settings {
    std::string level = "info";  ///< trace, debug, info, warn, error or off
    log_format format = log_format::text;
    log_target target = log_target::standard_error;
};

/// Installs the default logger. It is synchronous: a child that is being forked must find no logger thread.
void set_up_log(const log_settings& settings);

/// `text` made safe for one log line: control characters and invalid UTF-8 become visible escapes, and what is beyond
/// `max_bytes` is cut and counted.
std::string printable(std::string_view text, std::size_t max_bytes = 1024);

/// Appends the bytes of `text` from `begin` up to `end`, made safe in the same way. A character that `end` would cut is left out.
void append_printable(std::string& out, std::string_view text, std::size_t begin, std::size_t end);

/// What stands behind a text that was cut, and says how long it is.
std::string length_note(std::size_t bytes);

}  // namespace bridge::core
