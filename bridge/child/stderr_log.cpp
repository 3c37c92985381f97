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
        const std::size_t room = line_bytes_ - std::min(line_bytes_, partial_.size());
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
    std::string clean = core::printable(secrets_.redact(text), line_bytes_);
    if (dropped_ != 0) {
        core::meters().note_hit(core::bound::stderr_line);
        clean += " ... (" + std::to_string(dropped_) + " bytes cut)";
    }
    spdlog::info("[{}] {}", name_, clean);
    last_.push_back(core::printable(clean, kept_line_bytes));
    if (last_.size() > kept_lines) last_.pop_front();
}

std::string stderr_log::tail() const {
    std::string out;
    for (const std::string& text : last_) {
        if (!out.empty()) out += " | ";
        out += text;
    }
    return out;
}

}  // namespace bridge::child
