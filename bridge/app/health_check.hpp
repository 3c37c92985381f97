// Asks a running bridge whether it is well: --check-health.
#pragma once

#include <cstdint>
#include <string>

namespace bridge::app {

/// Asks the bridge that listens on `host` and `port` for /healthz, within a few seconds. `host` is an address of this machine or "localhost"; for one
/// that stands for all addresses, the loopback address is asked. Returns nothing if the bridge is well, or the reason why it is not.
std::string sickness_of(const std::string& host, std::uint16_t port);

}  // namespace bridge::app
