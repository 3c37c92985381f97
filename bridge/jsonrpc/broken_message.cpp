#include "bridge/jsonrpc/broken_message.hpp"

#include <algorithm>

#include "bridge/core/limits.hpp"
#include "bridge/core/steps.hpp"
#include "bridge/jsonrpc/scanner.hpp"

namespace bridge::jsonrpc {
namespace {

// Stands for an id that cannot be read.
constexpr std::string_view no_id = "null";

// Of a member, raw. Longer ones are none that say whose message it is.
constexpr std::size_t longest_name = 1024;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_one_token(std::string_view raw) {
    scanner in(raw, 0);
    return in.value() && in.at_end();
}

}  // namespace

bool broken_message::advance(std::size_t bytes) {
    for (const std::size_t stop = at_ + std::min(bytes, text_.size() - at_); at_ < stop;) {
        core::count_steps();
        const char c = text_[at_++];
        const bool was_in_value = part_ == member_part::value;
        if (in_string_) {
            walk_string(c);
        } else if (walk_token(c)) {
            return true;
        }
        if (was_in_value && part_ == member_part::value && (in_string_ || !is_blank(c))) extend_value();
    }
    if (at_ != text_.size()) return false;
    end_member(true);
    return true;
}

// The white space around a value is not searched for afterwards, because it can be long.
void broken_message::extend_value() {
    if (value_.empty()) begin_ = at_ - 1;
    value_ = text_.substr(begin_, at_ - begin_);
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
            if (depth_ == 1) end_member(false);
            return --depth_ == 0;
        case ':':
            if (depth_ != 1 || part_ != member_part::colon) return false;
            part_ = member_part::value;
            value_ = {};
            return false;
        case ',':
            if (depth_ != 1) return false;
            end_member(false);
            part_ = member_part::name;
            return false;
        default: return false;
    }
}

// Adds the member at depth 1 whose value ends here, if the walk is in one.
void broken_message::end_member(bool is_cut_off) {
    if (part_ != member_part::value) return;
    part_ = member_part::name;
    // The table of names compares valid strings only.
    if (name_.size() > longest_name || !is_one_token(name_)) return;
    const name_match match = match_name(object_level::message, name_);
    if (!match.is_guarded) return;
    const bool is_for_id = guarded_names()[match.index].slot == &envelope::id;
    const bool is_no_id = is_for_id && (is_cut_off || value_.size() > core::longest_id_bytes || !is_one_token(value_));
    message_.add(match, value_.empty() || is_no_id ? no_id : value_);
}

}  // namespace bridge::jsonrpc
