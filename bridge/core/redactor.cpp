#include "bridge/core/redactor.hpp"

#include <algorithm>
#include <utility>

#include "bridge/core/log.hpp"
#include "bridge/core/secret_finder.hpp"

namespace bridge::core {
namespace {

constexpr std::size_t shortest_secret = 4;
constexpr std::string_view hidden = "***";

}  // namespace

redactor::redactor() = default;
redactor::~redactor() = default;
redactor::redactor(redactor&&) noexcept = default;
redactor& redactor::operator=(redactor&&) noexcept = default;

void redactor::add(std::string secret) {
    if (secret.size() < shortest_secret) return;
    longest_ = std::max(longest_, secret.size());
    secrets_.push_back(std::move(secret));
    finder_.reset();
}

const secret_finder& redactor::finder() const {
    if (!finder_) finder_ = std::make_unique<secret_finder>(secrets_);
    return *finder_;
}

std::string redactor::beginning(std::string_view text, std::size_t max_bytes, bool is_cut) const {
    const std::size_t end = std::min(text.size(), max_bytes);
    // A secret that begins before `end` ends within this text.
    const std::string_view searched = text.substr(0, end + std::min(longest_, text.size() - end));
    std::string out;
    std::size_t at = 0;
    for (const secret_finder::range& each : finder().find(searched, is_cut)) {
        if (each.begin >= end) break;
        append_printable(out, searched, at, each.begin);
        out += hidden;
        at = each.end;
    }
    append_printable(out, searched, at, end);
    return out;
}

std::string redactor::shown(std::string_view text, std::size_t max_bytes) const {
    std::string out = beginning(text, max_bytes);
    if (text.size() > max_bytes) out += length_note(text.size());
    return out;
}

}  // namespace bridge::core
