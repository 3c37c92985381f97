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

/// In a static binary, has names looked up in /etc/hosts and asked of /etc/resolv.conf's servers, whatever nsswitch.conf says:
/// the modules that it can name belong to the C library of that system, and to load them into another crashes
/// (nss(5), __nss_configure_lookup in glibc's nss.h). Changes nothing in one that is linked dynamically.
void set_up_names();

/// The folder of sample answers: beside the executable; beside `called_as`, the program's name in its arguments, where /proc is
/// missing or the program runs from a copy in memory; or else in the source tree, unless this was built to be taken elsewhere.
/// Nothing if none is there.
std::optional<std::filesystem::path> find_samples(const std::filesystem::path& called_as);

}  // namespace weather
