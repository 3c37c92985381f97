#include "bridge/process/process_table.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace bridge::process {
namespace {

// The most digits of a child's number, and the zero byte behind them.
constexpr std::size_t number_bytes = 21;

// An environment is read in pieces of this size; nearly all fit in one.
constexpr std::size_t piece_bytes = 32 * 1024;

}  // namespace

process_table::process_table(std::string_view token) : buffer_(piece_bytes, '\0') {
    needle_ += '\0';
    needle_ += marker_variable;
    needle_ += '=';
    needle_ += token;
    needle_ += '.';
}

void process_table::read() {
    entries_.clear();
    platform::list_processes([this](const platform::listed_process& found) { add(found); });
    std::ranges::sort(entries_, {}, &process_entry::pid);
}

void process_table::add(const platform::listed_process& found) {
    // The first process and this process are never killed.
    if (found.pid <= 1 || found.pid == getpid()) return;
    process_entry& added = entries_.emplace_back(process_entry{found, false, std::nullopt});
    if (!added.is_dead) added.child = read_marker(added.pid);
}

std::optional<std::uint64_t> process_table::read_marker(pid_t pid) {
    // A zero byte before the first variable, which has none in the environment.
    text_.assign(1, '\0');
    std::size_t at = std::string::npos;
    platform::read_environment(pid, buffer_, [&](std::string_view piece) {
        // Of what was read before, the last bytes may be the beginning of the marker.
        if (at == std::string::npos && text_.size() > needle_.size()) text_.erase(0, text_.size() - needle_.size());
        text_ += piece;
        if (at == std::string::npos) at = text_.find(needle_);
        return at == std::string::npos || text_.size() - at - needle_.size() < number_bytes;
    });
    if (at == std::string::npos) return std::nullopt;
    std::uint64_t out = 0;
    const char* const begin = text_.data() + at + needle_.size();
    std::from_chars(begin, text_.data() + text_.size(), out);
    return out;
}

const process_entry* process_table::find(pid_t pid) const {
    const auto found = std::ranges::lower_bound(entries_, pid, {}, &process_entry::pid);
    return found != entries_.end() && found->pid == pid ? &*found : nullptr;
}

void process_table::doom_descendants() {
    // A child has a greater number than its parent, unless the numbers have begun anew. So one pass is nearly always enough.
    for (bool grows = true; grows;) {
        grows = false;
        for (process_entry& each : entries_) {
            const process_entry* parent = each.is_doomed ? nullptr : find(each.parent);
            if (parent == nullptr || !parent->is_doomed) continue;
            each.is_doomed = true;
            grows = true;
        }
    }
}

std::size_t process_table::kill_doomed() const {
    std::size_t out = 0;
    for (const process_entry& each : entries_) {
        if (!each.is_doomed || each.is_dead) continue;
        platform::kill_listed(each.pid, each.start);
        ++out;
    }
    return out;
}

}  // namespace bridge::process
