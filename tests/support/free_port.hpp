// A port to listen on that is named before anything listens.
#pragma once

#include <cstdint>

namespace test_support {

/// A port that nobody listens on, found as the Azure Functions host finds one for its handler: bound, read, released. 0 if there is none.
std::uint16_t free_port();

}  // namespace test_support
