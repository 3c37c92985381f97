// The process that keeps a TCP port from being used.
#pragma once

#include <cstdint>
#include <string>

namespace bridge::platform {

/// Returns who listens on the TCP port of any local address: "node (process 4711)", or "a process of another user (uid 33)" if this user may
/// not look at the process. Returns an empty text if nobody listens, or if the system does not tell. The search reads the descriptors of every
/// process that this user may look at, so it is for the end of a start that has failed.
std::string port_holder(std::uint16_t port);

}  // namespace bridge::platform
