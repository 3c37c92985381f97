#include "bridge/core/utf8.hpp"

#include <algorithm>

#include "bridge/core/steps.hpp"

namespace bridge::core {

int utf8_sequence(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    return static_cast<int>(length);
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const int length = utf8_sequence(text);
        if (length == 0) return false;
        text.remove_prefix(static_cast<std::size_t>(length));
    }
    return true;
}

repaired_part repair_part(std::string_view text, std::size_t bytes, std::string* out) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    repaired_part part{};
    while (part.read < std::min(bytes, text.size())) {
        count_steps();
        const auto length = static_cast<std::size_t>(utf8_sequence(text.substr(part.read)));
        const std::string_view piece = length == 0 ? replacement : text.substr(part.read, length);
        if (out != nullptr) out->append(piece);
        part.read += std::max<std::size_t>(length, 1);
        part.written += piece.size();
    }
    return part;
}

std::string repair_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    repair_part(text, text.size(), &out);
    return out;
}

}  // namespace bridge::core
