#include "bridge/child/stderr_log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

constexpr std::size_t kept_lines = 5;
constexpr std::size_t kept_first_lines = 3;
constexpr std::size_t kept_line_bytes = 300;

// A pause of this length ends an outburst. A program writes a crash report without pauses; a busy machine delays its parts.
constexpr std::chrono::milliseconds pause{250};

}  // namespace

void stderr_log::append(std::string_view bytes, core::clock::time_point now) {
    if (now - read_at_ >= pause) begin_outburst();
    read_at_ = now;
    while (!bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const std::string_view piece = bytes.substr(0, newline);
        // Keeps more than is shown, by the length of a secret: the redactor could not find a secret that was cut in two.
        const std::size_t kept = line_bytes_ + secrets_.longest();
        partial_.text += piece.substr(0, kept - std::min(kept, partial_.text.size()));
        partial_.size += piece.size();
        if (newline == std::string_view::npos) return;
        end_line(now);
        bytes.remove_prefix(newline + 1);
    }
}

void stderr_log::finish() {
    if (partial_.size != 0) end_line(core::clock::now());
}

void stderr_log::begin_outburst() {
    first_.clear();
    left_out_ = 0;
    for (kept_line& line : last_) line.is_latest = false;
}

// Moves the oldest of the last lines to the first lines of the outburst, if it is one of these.
void stderr_log::drop_oldest() {
    kept_line line = std::move(last_.front());
    last_.pop_front();
    if (!line.is_latest) return;
    if (first_.size() == kept_first_lines) {
        ++left_out_;
        return;
    }
    line.text.resize(std::min(line.text.size(), kept_line_bytes + secrets_.longest()));
    line.text.shrink_to_fit();
    first_.push_back(std::move(line));
}

void stderr_log::end_line(core::clock::time_point now) {
    kept_line line = std::exchange(partial_, {});
    const bool is_whole = line.size == line.text.size();
    if (is_whole && line.text.ends_with('\r')) {
        line.text.pop_back();
        --line.size;
    }
    if (line.size == 0) return;
    const bool is_long = line.size > line_bytes_;
    line.is_latest = true;
    last_.push_back(std::move(line));
    if (last_.size() > kept_lines) drop_oldest();
    if (is_long) core::meters().count_hit(core::bound::stderr_line);
    if (!throttle_.admits(now)) return;
    spdlog::info("[{}] {}", name_, shown(last_.back(), line_bytes_));
}

// An unfinished line can end within a secret.
std::string stderr_log::shown(const kept_line& line, std::size_t max_bytes, bool is_unfinished) const {
    const std::size_t most = std::min(max_bytes, line_bytes_);
    std::string out = secrets_.beginning(line.text, most, is_unfinished || line.size > line.text.size());
    if (line.size > most) out += " ... (" + std::to_string(line.size - most) + " bytes cut)";
    return out;
}

std::string stderr_log::last_words() const {
    std::string out;
    const auto add = [&out](const std::string& text) {
        if (!out.empty()) out += " | ";
        out += text;
    };
    for (const kept_line& line : first_) add(shown(line, kept_line_bytes));
    if (left_out_ != 0) add("... (" + std::to_string(left_out_) + " lines left out)");
    for (const kept_line& line : last_) add(shown(line, kept_line_bytes));
    if (partial_.size != 0) add(shown(partial_, kept_line_bytes, true));
    return out;
}

}  // namespace bridge::child
