#include "bridge/jsonrpc/long_scan.hpp"

#include <algorithm>

namespace bridge::jsonrpc {

using core::errc;

bool long_scan::advance(std::size_t bytes) {
    stop_ = cursor_ + std::min(bytes, static_cast<std::size_t>(end_ - cursor_));
    while (state_ != scan_state::done && !has_failed()) {
        if (!step()) return has_failed();
    }
    return true;
}

// Reads one token. Returns false on an error, and at the end of the slice.
bool long_scan::step() {
    // White space is part of a string, so it is not skipped there.
    if (state_ == scan_state::in_key) return step_string(scan_state::colon);
    if (state_ == scan_state::in_string) return step_string(scan_state::behind);
    if (state_ == scan_state::in_number) return step_number();
    if (state_ == scan_state::behind && last_ == nullptr) {
        last_ = cursor_;
        element_has_line_breaks_ = met_line_break_;
    }
    skip_space(stop_);
    if (cursor_ >= stop_ && stop_ != end_) return false;
    const char next = cursor_ == end_ ? '\0' : *cursor_;
    switch (state_) {
        case scan_state::value: return step_value();
        case scan_state::first_key:
        case scan_state::first_element: return step_first(next);
        case scan_state::key:
            if (next != '"') return fail(errc::invalid_json, "expected a member name");
            key_start_ = cursor_++;
            state_ = scan_state::in_key;
            return true;
        case scan_state::colon:
            if (next != ':') return fail(errc::invalid_json, "expected ':'");
            ++cursor_;
            state_ = scan_state::value;
            return true;
        case scan_state::behind: return step_behind(next);
        case scan_state::end:
            if (cursor_ != end_) return fail(errc::invalid_json, "text after the end of the value");
            state_ = scan_state::done;
            return true;
        default: return true;
    }
}

bool long_scan::step_value() {
    if (nesting_.depth() <= deepest_reported) starts_[nesting_.depth()] = cursor_;
    if (nesting_.depth() == 1 && !nesting_.in_object()) met_line_break_ = false;
    last_ = nullptr;
    const char c = cursor_ == end_ ? '\0' : *cursor_;
    if (c == '"') {
        ++cursor_;
        state_ = scan_state::in_string;
        return true;
    }
    if (c == '{' || c == '[') {
        if (!enter(c == '{')) return false;
        if (nesting_.depth() <= deepest_reported) keys_[nesting_.depth()] = {};
        state_ = c == '{' ? scan_state::first_key : scan_state::first_element;
        return true;
    }
    const bool is_number = c == '-' || (c >= '0' && c <= '9');
    state_ = is_number ? scan_state::in_number : scan_state::behind;
    part_ = {};
    return is_number ? begin_number() : simple_value();
}

bool long_scan::step_first(char next) {
    const bool is_object = state_ == scan_state::first_key;
    if (next == (is_object ? '}' : ']')) {
        state_ = scan_state::behind;
        return leave();
    }
    state_ = is_object ? scan_state::key : scan_state::value;
    return true;
}

bool long_scan::step_behind(char next) {
    if (!report()) return false;
    if (nesting_.depth() == 0) {
        state_ = scan_state::end;
        return true;
    }
    if (next == ',') {
        ++cursor_;
        state_ = nesting_.in_object() ? scan_state::key : scan_state::value;
        return true;
    }
    return next == (nesting_.in_object() ? '}' : ']') ? leave() : fail_behind_value();
}

bool long_scan::step_string(scan_state next) {
    if (rest_of_string(stop_) != string_end::met) return false;
    if (next == scan_state::colon && nesting_.depth() <= deepest_reported) {
        keys_[nesting_.depth()] = {key_start_, static_cast<std::size_t>(cursor_ - key_start_)};
        on_key(nesting_.depth());
    }
    state_ = next;
    return true;
}

bool long_scan::step_number() {
    skip_digits(stop_);
    if (cursor_ >= stop_ && stop_ != end_) return false;
    if (begin_part(part_)) return true;
    state_ = scan_state::behind;
    return !has_failed();
}

// Reports each value once, when the walk has passed it.
bool long_scan::report() {
    const unsigned depth = nesting_.depth();
    const char* const last = std::exchange(last_, nullptr);
    if (depth == 1 && !nesting_.in_object()) on_element({starts_[1], static_cast<std::size_t>(last - starts_[1])});
    if (depth == 0 || depth > deepest_reported || !nesting_.in_object() || keys_[depth].empty()) return true;
    if (on_member(depth, {starts_[depth], static_cast<std::size_t>(last - starts_[depth])})) return true;
    cursor_ = last;
    return false;
}

}  // namespace bridge::jsonrpc
