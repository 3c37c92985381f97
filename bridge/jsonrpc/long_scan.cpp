#include "bridge/jsonrpc/long_scan.hpp"

#include <algorithm>

namespace bridge::jsonrpc {

using core::errc;

bool long_scan::advance(std::size_t bytes) {
    stop_ = cursor_ + std::min(bytes, static_cast<std::size_t>(end_ - cursor_));
    while (place_ != place::done && !has_failed()) {
        if (!step()) return has_failed();
    }
    return true;
}

// Reads one token. Returns false on an error, and at the end of the slice.
bool long_scan::step() {
    // White space is part of a string, so it is not skipped there.
    if (place_ == place::in_key) return step_string(place::colon);
    if (place_ == place::in_string) return step_string(place::behind);
    if (place_ == place::in_number) return step_number();
    if (place_ == place::behind && last_ == nullptr) {
        last_ = cursor_;
        element_has_line_breaks_ = met_line_break_;
    }
    skip_space(stop_);
    if (cursor_ >= stop_ && stop_ != end_) return false;
    const char next = cursor_ == end_ ? '\0' : *cursor_;
    switch (place_) {
        case place::value: return step_value();
        case place::first_key:
        case place::first_element: return step_first(next);
        case place::key:
            if (next != '"') return fail(errc::invalid_json, "expected a member name");
            key_start_ = cursor_++;
            place_ = place::in_key;
            return true;
        case place::colon:
            if (next != ':') return fail(errc::invalid_json, "expected ':'");
            ++cursor_;
            place_ = place::value;
            return true;
        case place::behind: return step_behind(next);
        case place::end:
            if (cursor_ != end_) return fail(errc::invalid_json, "text after the end of the value");
            place_ = place::done;
            return true;
        default: return true;
    }
}

bool long_scan::step_value() {
    if (depth_ <= deepest_told) starts_[depth_] = cursor_;
    if (depth_ == 1 && !in_object()) met_line_break_ = false;
    last_ = nullptr;
    const char c = cursor_ == end_ ? '\0' : *cursor_;
    if (c == '"') {
        ++cursor_;
        place_ = place::in_string;
        return true;
    }
    if (c == '{' || c == '[') {
        if (!enter(c == '{')) return false;
        if (depth_ <= deepest_told) keys_[depth_] = {};
        place_ = c == '{' ? place::first_key : place::first_element;
        return true;
    }
    const bool is_number = c == '-' || (c >= '0' && c <= '9');
    place_ = is_number ? place::in_number : place::behind;
    part_ = {};
    return is_number ? begin_number() : simple_value();
}

bool long_scan::step_first(char next) {
    const bool is_object = place_ == place::first_key;
    if (next == (is_object ? '}' : ']')) {
        place_ = place::behind;
        return leave();
    }
    place_ = is_object ? place::key : place::value;
    return true;
}

bool long_scan::step_behind(char next) {
    if (!tell()) return false;
    if (depth_ == 0) {
        place_ = place::end;
        return true;
    }
    if (next == ',') {
        ++cursor_;
        place_ = in_object() ? place::key : place::value;
        return true;
    }
    return next == (in_object() ? '}' : ']') ? leave() : fail_behind_value();
}

bool long_scan::step_string(place then) {
    if (rest_of_string(stop_) != string_end::met) return false;
    if (then == place::colon && depth_ <= deepest_told) {
        keys_[depth_] = {key_start_, static_cast<std::size_t>(cursor_ - key_start_)};
        on_key(depth_);
    }
    place_ = then;
    return true;
}

bool long_scan::step_number() {
    skip_digits(stop_);
    if (cursor_ >= stop_ && stop_ != end_) return false;
    if (begin_part(part_)) return true;
    place_ = place::behind;
    return !has_failed();
}

// Reports each value once, when the walk has passed it.
bool long_scan::tell() {
    const char* const last = std::exchange(last_, nullptr);
    if (depth_ == 1 && !in_object()) on_element({starts_[1], static_cast<std::size_t>(last - starts_[1])});
    if (depth_ == 0 || depth_ > deepest_told || !in_object() || keys_[depth_].empty()) return true;
    if (on_member(depth_, {starts_[depth_], static_cast<std::size_t>(last - starts_[depth_])})) return true;
    cursor_ = last;
    return false;
}

}  // namespace bridge::jsonrpc
