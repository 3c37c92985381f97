// A port to listen on that is named before anything listens.
#pragma once

#include <cstdint>

namespace test_support {

/// Returns a port on which no process listens. Throws if there is none. For programs that are told their port, as the Azure Functions host tells
/// its handler.
std::uint16_t free_port();

}  // namespace test_support
