// The process-wide logger. Sources log through the functions of spdlog.
#pragma once

#include <string>
#include <string_view>

#include "bridge/core/redactor.hpp"

namespace bridge::core {

enum class log_format {
    text,  ///< one readable line
    json,  ///< one JSON object per line: time, level, message
};

enum class log_target {
    standard_error,  ///< everything to stderr, as command line tools do
    split,           ///< up to info to stdout, warnings and errors to stderr: the Functions host treats stderr as errors
};

struct log_settings {
    std::string level = "info";  ///< trace, debug, info, warn, error or off
    log_format format = log_format::text;
    log_target target = log_target::standard_error;
};

/// Installs the default logger. The logger is synchronous, because a forked child must find no logger thread.
void set_up_log(const log_settings& settings);

/// Returns `text` in a form that is safe for one log line: control characters and invalid UTF-8 become visible escapes. A text of more than
/// `max_bytes` is cut, and a note gives its length.
std::string printable(std::string_view text, std::size_t max_bytes = 1024);

/// Appends the bytes of `text` from `begin` up to `end`, in the form that `printable` returns. A character that `end` would cut is left
/// out.
void append_printable(std::string& out, std::string_view text, std::size_t begin, std::size_t end);

/// Returns the note that follows a cut text and gives its full length.
std::string length_note(std::size_t bytes);

}  // namespace bridge::core
