#include "bridge/jsonrpc/oversized_line.hpp"

#include <algorithm>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {
namespace {

// The search for the `id` in the tail reads at most this many times the bytes of the tail. An `id` with many others behind it is not found.
constexpr std::size_t tail_reads = 8;

// The walk fails where the text breaks off. The members that it found before are valid.
void read_head(std::string_view head, oversized_message& out) {
    scanner in(head, deepest_nesting);
    out.is_object = in.peek() == '{';
    if (!out.is_object) return;
    in.object([&](std::string_view key) {
        std::string_view raw;
        if (string_equals(key, "method")) out.is_call = true;
        if (!in.value(raw)) return false;
        // A number at the very end may be cut off.
        if (string_equals(key, "id") && in.offset() < head.size()) out.id = raw;
        return true;
    });
}

// The members behind the last large value, up to the end of the message, are an object if '{' is put before them. The quotes of a text
// inside a string are escaped, so such a text does not match.
void read_tail(std::string_view tail, oversized_message& out) {
    constexpr std::string_view name = R"("id")";
    std::size_t left = tail_reads * tail.size();
    for (std::size_t at = tail.rfind(name); at != std::string_view::npos && at + left > tail.size();
         at = at == 0 ? tail.npos : tail.rfind(name, at - 1)) {
        left -= tail.size() - at;
        const std::string members = '{' + std::string(tail.substr(at));
        scanner in(members, deepest_nesting);
        if (!in.value() || !in.at_end()) continue;
        out.id = find_member(members, "id");
        out.is_call = !find_member(members, "method").empty();
        return;
    }
}

// The bytes that are kept of each end of a line.
constexpr std::size_t kept_end = 4 * 1024;

}  // namespace

void oversized_line::add(std::string_view more) {
    size += more.size();
    const std::string_view for_head = more.substr(0, kept_end - head.size());
    head += for_head;
    more.remove_prefix(for_head.size());
    tail += more.substr(more.size() - std::min(more.size(), kept_end));
    if (tail.size() > kept_end) tail.erase(0, tail.size() - kept_end);
}

oversized_line oversized_line::of(std::string_view whole, bool lacked_memory) {
    oversized_line out;
    out.lacked_memory = lacked_memory;
    out.add(whole);
    return out;
}

oversized_message read_oversized(const oversized_line& line) {
    oversized_message out;
    read_head(line.head, out);
    if (out.is_object && out.id.empty() && !out.is_call) read_tail(line.tail, out);
    return out;
}

}  // namespace bridge::jsonrpc
