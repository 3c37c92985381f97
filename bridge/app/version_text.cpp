#include "bridge/app/version_text.hpp"

#include <sodium.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/version.h>

#include <CLI/Version.hpp>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>
#include <string_view>

#include "bridge/platform/c_library.hpp"

namespace bridge::app {
namespace {

constexpr std::string_view compiler =
#ifdef __clang__
    "clang " __clang_version__;
#else
    "g++ " __VERSION__;
#endif

constexpr std::string_view machine =
#if defined(__x86_64__)
    "x86_64";
#elif defined(__aarch64__)
    "aarch64";
#else
        "another machine";
#endif

// `number` is major * 10000 + minor * 100 + patch.
std::string spelled(long number) {
    return std::to_string(number / 10'000) + '.' + std::to_string(number / 100 % 100) + '.' + std::to_string(number % 100);
}

std::string boost_version() {
    return std::to_string(BOOST_VERSION / 100'000) + '.' + std::to_string(BOOST_VERSION / 100 % 1'000) + '.' + std::to_string(BOOST_VERSION % 100);
}

}  // namespace

std::string version_text(bool is_verbose) {
    std::string text = "mcp-bridge " MCP_BRIDGE_VERSION;
    if (!is_verbose) return text;
    text += "\ncommit: " MCP_BRIDGE_COMMIT;
    text.append("\ncompiler: ").append(compiler).append(", for ").append(machine);
    text += "\nBoost: " + boost_version();
    text += "\nCLI11: " CLI11_VERSION;
    text += "\nfmt: " + spelled(FMT_VERSION);
    const platform::named_version c_library = platform::c_library();
    text.append("\n").append(c_library.name).append(": ").append(c_library.version);
    text.append("\nlibsodium: ").append(sodium_version_string());
    text += "\nnlohmann-json: " + spelled(NLOHMANN_JSON_VERSION_MAJOR * 10'000L + NLOHMANN_JSON_VERSION_MINOR * 100L + NLOHMANN_JSON_VERSION_PATCH);
    text += "\nspdlog: " + spelled(SPDLOG_VERSION);
    return text;
}

}  // namespace bridge::app
