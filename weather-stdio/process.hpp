// The settings of the process itself: signals, log, name resolution, and its folder of samples.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace weather {

/// Makes SIGTERM and SIGINT end the process at once with status 0: there is nothing to save, and a write to a client that does not read
/// must not delay the end. Ignores SIGPIPE: a failing write shows that the client has gone.
void set_up_signals();

/// Sends the log to stderr, because stdout belongs to the protocol.
void set_up_log(const std::string& level);

/// Makes a static binary resolve names with /etc/hosts and the servers of /etc/resolv.conf, whatever nsswitch.conf says. The modules that
/// nsswitch.conf can name belong to the C library of that system, and loading them into another one crashes (nss(5), __nss_configure_lookup
/// in glibc's nss.h). Changes nothing in a dynamically linked binary.
void set_up_names();

/// Returns the folder of sample answers. It is beside the executable. If /proc is missing or the program runs from a copy in memory, it is
/// beside `called_as`, the program's name in its arguments. Otherwise it is in the source tree, unless the program was built to be deployed
/// elsewhere. Returns nothing if there is no such folder.
std::optional<std::filesystem::path> find_samples(const std::filesystem::path& called_as);

}  // namespace weather
