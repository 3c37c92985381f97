#include "bridge/child/stderr_log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

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
        // Keeps more than is shown, by the length of a secret: the redactor could not find a secret that was cut in two.
        const std::size_t kept = line_bytes_ + secrets_.longest();
        partial_.text += piece.substr(0, kept - std::min(kept, partial_.text.size()));
        partial_.size += piece.size();
        if (newline == std::string_view::npos) return;
        end_line();
        bytes.remove_prefix(newline + 1);
    }
}

void stderr_log::finish() {
    if (partial_.size != 0) end_line();
}

void stderr_log::end_line() {
    kept_line line = std::exchange(partial_, {});
    const bool is_whole = line.size == line.text.size();
    if (is_whole && line.text.ends_with('\r')) {
        line.text.pop_back();
        --line.size;
    }
    if (line.size == 0) return;
    const bool is_long = line.size > line_bytes_;
    last_.push_back(std::move(line));
    if (last_.size() > kept_lines) last_.pop_front();
    if (is_long) core::meters().note_hit(core::bound::stderr_line);
    if (!throttle_.admits(core::clock::now())) return;
    spdlog::info("[{}] {}", name_, shown(last_.back(), line_bytes_));
}

std::string stderr_log::shown(const kept_line& line, std::size_t max_bytes) const {
    const std::size_t most = std::min(max_bytes, line_bytes_);
    std::string out = secrets_.beginning(line.text, most, line.size > line.text.size());
    if (line.size > most) out += " ... (" + std::to_string(line.size - most) + " bytes cut)";
    return out;
}

std::string stderr_log::tail() const {
    std::string out;
    for (const kept_line& line : last_) {
        if (!out.empty()) out += " | ";
        out += shown(line, kept_line_bytes);
    }
    return out;
}

}  // namespace bridge::child
