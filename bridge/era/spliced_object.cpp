#include "bridge/era/spliced_object.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

// Each part that is not copied costs a buffer of its own, and can cost a system call when it is written.
constexpr std::size_t shortest_shared = 256;

// The longest text between two members that still joins them to one part.
constexpr std::size_t longest_gap = 64;

void blank(core::spliced_text& text) {
    for (core::spliced_text::part& each : text.parts()) jsonrpc::blank_line_breaks(each.copied);
}

}  // namespace

void spliced_object::separate() {
    last_end_ = nullptr;
    if (!std::exchange(is_first_, false)) current().add(",");
}

bool spliced_object::is_in_source(std::string_view text) const {
    const std::less<const char*> before;
    const std::string_view all = source_.view();
    return !before(text.data(), all.data()) && before(text.data(), all.data() + all.size());
}

// True if between the last part and `text` there is nothing but the comma that separates two members of an object.
bool spliced_object::extends_last(std::string_view text) const {
    if (last_end_ == nullptr || !is_in_source(text) || !std::less<const char*>()(last_end_, text.data())) return false;
    const std::string_view gap(last_end_, static_cast<std::size_t>(text.data() - last_end_));
    return gap.size() <= longest_gap && gap.find_first_not_of(", \t\r\n") == std::string_view::npos && std::ranges::count(gap, ',') == 1;
}

void spliced_object::add(std::string_view text) {
    if (text.empty()) return;
    const char* const end = text.data() + text.size();
    if (extends_last(text)) {
        core::shared_text& last = current().parts().back().shared;
        const char* const begin = last.view().data();
        last = source_.with_part({begin, static_cast<std::size_t>(end - begin)});
        last_end_ = end;
        return;
    }
    separate();
    if (text.size() < shortest_shared || !is_in_source(text)) return current().add(text);
    current().add(source_.with_part(text));
    last_end_ = end;
}

void spliced_object::add(std::string_view name, std::string_view value) {
    separate();
    current().add("\"");
    current().add(name);
    current().add("\":");
    current().add(value);
}

void spliced_object::add(std::string_view key, const core::shared_text& value) {
    separate();
    current().add(key);
    current().add(":");
    current().add(value);
}

void spliced_object::add_around(std::string_view text, std::string_view token) {
    const auto begin = static_cast<std::size_t>(token.data() - text.data());
    add(text.substr(0, begin));
    made_.behind_token.emplace();
    last_end_ = nullptr;
    is_first_ = true;
    add(text.substr(begin + token.size()));
    is_first_ = false;
}

void spliced_object::open(std::string_view name) {
    add(name, "{");
    is_first_ = true;
}

void spliced_object::close() {
    last_end_ = nullptr;
    is_first_ = false;
    current().add("}");
}

child::spliced_params spliced_object::finish() {
    current().add("}");
    blank(made_.before_token);
    if (made_.behind_token) blank(*made_.behind_token);
    return std::move(made_);
}

}  // namespace bridge::era
