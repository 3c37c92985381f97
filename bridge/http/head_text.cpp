#include "bridge/http/head_text.hpp"

#include <algorithm>

namespace bridge::http {
namespace {

constexpr std::string_view line_end = "\r\n";

}  // namespace

std::string_view head_text::add(std::string_view name, char separator, std::string_view value) {
    const std::size_t bytes = name.size() + 1 + value.size();
    char* const line = room_for(bytes + line_end.size());
    char* next = std::ranges::copy(name, line).out;
    *next++ = separator;
    next = std::ranges::copy(value, next).out;
    std::ranges::copy(line_end, next);
    return {line, bytes};
}

// Once a line did not fit into the block, no later line is put there, so that all are in their order.
char* head_text::room_for(std::size_t bytes) {
    if (!rest_.empty() || bytes > block_.size() - used_) return rest_.emplace_back(bytes, ' ').data();
    char* const room = block_.data() + used_;
    used_ += bytes;
    return room;
}

std::string head_text::text() const {
    std::string out(block_.data(), used_);
    for (const std::string& each : rest_) out += each;
    return out;
}

}  // namespace bridge::http
