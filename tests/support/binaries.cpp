#include "tests/support/binaries.hpp"

#include <cstdlib>

namespace test_support {
namespace {

std::string from_environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

}  // namespace

// The defaults are compiled in by CMakeLists.txt.
std::string bridge_binary() {
    return from_environment("MCP_BRIDGE_BIN", DEFAULT_MCP_BRIDGE_BIN);
}
std::string weather_binary() {
    return from_environment("WEATHER_STDIO_BIN", DEFAULT_WEATHER_STDIO_BIN);
}
std::string fixture_binary() {
    return from_environment("STDIO_FIXTURE_BIN", DEFAULT_STDIO_FIXTURE_BIN);
}

}  // namespace test_support
