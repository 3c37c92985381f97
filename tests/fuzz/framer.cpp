// The line framer: the lines that come out do not depend on how the bytes arrive.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/jsonrpc/line_framer.hpp"

namespace {

constexpr std::size_t max_line = 64;

struct outcome {
    std::vector<std::string> lines;
    bool overflowed = false;

    bool operator==(const outcome&) const = default;
};

outcome frame(std::string_view bytes, std::size_t piece) {
    bridge::jsonrpc::line_framer framer(max_line);
    outcome out;
    while (!bytes.empty() && !framer.overflowed()) {
        const auto room = framer.prepare();
        const std::size_t count = std::min({piece, room.size(), bytes.size()});
        std::memcpy(room.data(), bytes.data(), count);
        framer.commit(count);
        bytes.remove_prefix(count);
        while (const auto line = framer.next()) out.lines.emplace_back(*line);
    }
    out.overflowed = framer.overflowed();
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const outcome whole = frame(bytes, bytes.size() + 1);
    const outcome pieces = frame(bytes, data[0] % 7 + 1U);
    if (whole != pieces) std::abort();
    for (const std::string& line : whole.lines) {
        if (line.size() > max_line || line.find('\n') != std::string::npos) std::abort();
    }
    return 0;
}
