// The line framer: the lines are those that a plain search for newlines gives, however the bytes arrive; of those over the limit, both ends.
//
// Input: a byte that chooses the pieces and the form; then the bytes, or (long form) pairs of a count and a byte, which stand for runs that
// are long enough for the buffer to grow.
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/jsonrpc/line_framer.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using fuzzing::require;

struct outcome {
    std::vector<std::string> lines;
    std::string remainder;
    bool is_skipping = false;

    bool operator==(const outcome&) const = default;
};

std::string shown(std::size_t size, std::string_view head, std::string_view tail) {
    return std::to_string(size) + " bytes: " + std::string(head) + "..." + std::string(tail);
}

std::string ends_of(std::string_view line) {
    constexpr std::size_t kept = 4096;
    const std::string_view head = line.substr(0, kept);
    const std::string_view rest = line.substr(head.size());
    return shown(line.size(), head, rest.substr(rest.size() - std::min(rest.size(), kept)));
}

outcome expected(std::string_view bytes, std::size_t max_line) {
    outcome out;
    for (bool is_first = true;; is_first = false) {
        const std::size_t end = bytes.find('\n');
        std::string_view line = bytes.substr(0, end);
        const bool is_over = line.size() > max_line;
        if (end == std::string_view::npos) {
            out.is_skipping = is_over;
            if (!is_over) out.remainder = line;
            return out;
        }
        bytes.remove_prefix(end + 1);
        if (is_over) {
            out.lines.push_back(ends_of(line));
            continue;
        }
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (is_first && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
        out.lines.emplace_back(line);
    }
}

outcome framed(std::string_view bytes, std::size_t max_line, fuzzing::sizes pieces) {
    bridge::jsonrpc::line_framer framer(max_line);
    outcome out;
    while (!bytes.empty()) {
        const auto room = framer.prepare();
        require(!room.empty(), "there is room for a byte");
        const std::size_t count = std::min({pieces.next(), room.size(), bytes.size()});
        std::memcpy(room.data(), bytes.data(), count);
        framer.commit(count);
        bytes.remove_prefix(count);
        for (;;) {
            if (const auto line = framer.next()) {
                out.lines.emplace_back(*line);
            } else if (const auto over = framer.remove_oversized()) {
                const fuzzing::bounded_cost cost(over->head.size() + over->tail.size(), 30);
                static_cast<void>(read_oversized(*over));
                out.lines.push_back(shown(over->size, over->head, over->tail));
            } else {
                break;
            }
        }
    }
    out.is_skipping = framer.is_skipping();
    out.remainder = framer.remainder();
    return out;
}

std::string runs(fuzzing::input& bytes) {
    constexpr std::size_t most = 400 * 1024;
    constexpr std::size_t unit = 499;
    std::string out;
    while (!bytes.is_empty() && out.size() < most) {
        const std::size_t count = bytes.byte();
        const char what = static_cast<char>(bytes.byte());
        // Many empty lines would only take time.
        out.append(what == '\n' ? 1 : count * unit + 1, what);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in(data, size);
    const std::uint8_t choice = in.byte();
    const bool is_long = choice >= 0x80;
    const std::string bytes = is_long ? runs(in) : std::string(in.rest());
    const std::size_t max_line = is_long ? std::size_t{150'000} : 64;
    const outcome right = expected(bytes, max_line);
    require(framed(bytes, max_line, fuzzing::sizes(choice, is_long ? 30'000 : 7)) == right, "the lines of bytes that arrive in pieces");
    require(framed(bytes, max_line, fuzzing::sizes(choice, bytes.size() + 1)) == right, "the lines of bytes that arrive in few pieces");
    return 0;
}
