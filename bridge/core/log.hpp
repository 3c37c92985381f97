// Sets up the process-wide logger. Sources log through spdlog's own functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// Strings that must appear in no log line and no error message.
class redactor {
public:
    /// Secrets of fewer than 4 characters are not kept: hiding them would hide ordinary text.
    void add(std::string secret);

    /// `text` with every secret replaced by "***".
    std::string redact(std::string_view text) const;

    /// The length of the longest. Who cuts a text before it is redacted must keep so much beyond the cut, or half a secret
    /// is left at it.
    std::size_t longest() const { return secrets_.empty() ? 0 : secrets_.front().size(); }

private:
    std::vector<std::string> secrets_;  // the longest first, as one may begin with another
};

/// `text` made safe for one log line: control characters and invalid UTF-8 become visible escapes, and what is beyond
/// `max_bytes` is cut and counted.
std::string printable(std::string_view text, std::size_t max_bytes = 1024);

}  // namespace bridge::core
