// What the binary under test was built with.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/support/binaries.hpp"

namespace e2e {

/// True if `text` stands in the file of the bridge that is tested.
inline bool bridge_holds(std::string_view text) {
    static const std::string program = [] {
        std::ifstream in(test_support::bridge_binary(), std::ios::binary);
        std::stringstream out;
        out << in.rdbuf();
        return out.str();
    }();
    return program.find(text) != std::string::npos;
}

/// AddressSanitizer makes it several times slower and larger.
inline bool is_sanitized() {
    return bridge_holds("__asan_");
}

}  // namespace e2e
