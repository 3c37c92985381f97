#include "bridge/child/stderr_log.hpp"

#include <spdlog/spdlog.h>

#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

constexpr std::size_t kept_lines = 5;
constexpr std::size_t kept_line_bytes = 300;

}  // namespace

void stderr_log::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const std::string_view piece = bytes.substr(0, newline);
        // Beyond the bound as much as a secret is long: one that was cut in two would not be found.
        const std::size_t kept = line_bytes_ + secrets_.longest();
        const std::size_t room = kept - std::min(kept, partial_.size());
        partial_ += piece.substr(0, room);
        dropped_ += piece.size() - std::min(room, piece.size());
        if (newline == std::string_view::npos) return;
        line(partial_);
        partial_.clear();
        dropped_ = 0;
        bytes.remove_prefix(newline + 1);
    }
}

void stderr_log::finish() {
    if (!partial_.empty()) line(partial_);
    partial_.clear();
}

void stderr_log::line(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) return;
    const bool is_long = text.size() + dropped_ > line_bytes_;
    last_.push_back(is_long ? cut(text) : std::string(text));
    if (last_.size() > kept_lines) last_.pop_front();
    if (is_long) core::meters().note_hit(core::bound::stderr_line);
    if (!throttle_.admits(core::clock::now())) return;
    spdlog::info("[{}] {}", name_, shown(last_.back(), last_.back().size()));
}

// A line over the bound without its secrets, cut to the bound. Its last bytes can be the first ones of a secret.
std::string stderr_log::cut(std::string_view text) const {
    std::string out = secrets_.redact(text);
    if (dropped_ != 0) out.resize(out.size() - std::min(out.size(), secrets_.longest()));
    out.resize(std::min(out.size(), line_bytes_));
    return out + " ... (" + std::to_string(text.size() + dropped_ - line_bytes_) + " bytes cut)";
}

// Redacted before it is cut, so that no part of a secret is left at the edge.
std::string stderr_log::shown(std::string_view text, std::size_t max_bytes) const {
    return core::printable(secrets_.redact(text), max_bytes);
}

std::string stderr_log::tail() const {
    std::string out;
    for (const std::string& text : last_) {
        if (!out.empty()) out += " | ";
        out += shown(text, kept_line_bytes);
    }
    return out;
}

}  // namespace bridge::child
