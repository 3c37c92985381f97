// What the process itself needs to behave: signals, log, its own place on disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace weather {

/// SIGTERM and SIGINT end the process at once with status 0: there is nothing to save, and a write to a
/// client that does not read must not delay it. SIGPIPE is ignored: a client that has gone is seen by the
/// failing write.
void set_up_signals();

/// Sends the log to stderr: stdout belongs to the protocol.
void set_up_log(const std::string& level);

/// The folder of sample answers: beside the executable, or else in the source tree. Nothing if neither is
/// there.
std::optional<std::filesystem::path> find_samples();

}  // namespace weather
