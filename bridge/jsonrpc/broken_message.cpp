#include "bridge/jsonrpc/broken_message.hpp"

#include <algorithm>

#include "bridge/core/steps.hpp"
#include "bridge/jsonrpc/scanner.hpp"

namespace bridge::jsonrpc {
namespace {

// Stands for an id that cannot be read.
constexpr std::string_view no_id = "null";

bool is_one_token(std::string_view raw) {
    scanner in(raw, 0);
    return in.value() && in.at_end();
}

std::string_view trimmed(std::string_view raw) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = std::min(raw.size(), raw.find_first_not_of(blanks));
    raw.remove_prefix(begin);
    return raw.substr(0, raw.find_last_not_of(blanks) + 1);
}

}  // namespace

bool broken_message::advance(std::size_t bytes) {
    for (const std::size_t stop = at_ + std::min(bytes, text_.size() - at_); at_ < stop;) {
        core::count_steps();
        const char c = text_[at_++];
        if (in_string_) {
            walk_string(c);
        } else if (walk_token(c)) {
            return true;
        }
    }
    if (at_ != text_.size()) return false;
    end_member(at_, true);
    return true;
}

void broken_message::walk_string(char c) {
    if (is_escaped_ || c == '\\') {
        is_escaped_ = !is_escaped_;
    } else if (c == '"') {
        in_string_ = false;
        if (depth_ != 1 || part_ != member_part::name) return;
        name_ = text_.substr(begin_, at_ - begin_);
        part_ = member_part::colon;
    }
}

// Returns true if the object has ended.
bool broken_message::walk_token(char c) {
    switch (c) {
        case '"':
            in_string_ = true;
            if (depth_ == 1 && part_ == member_part::name) begin_ = at_ - 1;
            return false;
        case '{':
        case '[': ++depth_; return false;
        case '}':
        case ']':
            if (depth_ == 1) end_member(at_ - 1, false);
            return --depth_ == 0;
        case ':':
            if (depth_ != 1 || part_ != member_part::colon) return false;
            part_ = member_part::value;
            begin_ = at_;
            return false;
        case ',':
            if (depth_ != 1) return false;
            end_member(at_ - 1, false);
            part_ = member_part::name;
            return false;
        default: return false;
    }
}

// Adds the member at depth 1 that ends before `end`, if the walk is in its value.
void broken_message::end_member(std::size_t end, bool is_cut_off) {
    if (part_ != member_part::value) return;
    part_ = member_part::name;
    // The table of names compares valid strings only.
    if (!is_one_token(name_)) return;
    const name_match match = match_name(object_level::message, name_);
    if (!match.is_guarded) return;
    std::string_view raw = trimmed(text_.substr(begin_, end - begin_));
    const bool is_for_id = guarded_names()[match.index].slot == &envelope::id;
    if (raw.empty() || (is_for_id && (is_cut_off || !is_one_token(raw)))) raw = no_id;
    message_.add(match, raw);
}

}  // namespace bridge::jsonrpc
