// Where the programs under test are: the environment says, or the build tree.
#pragma once

#include <string>

namespace test_support {

std::string bridge_binary();   ///< MCP_BRIDGE_BIN
std::string weather_binary();  ///< WEATHER_STDIO_BIN
std::string fixture_binary();  ///< STDIO_FIXTURE_BIN

}  // namespace test_support
