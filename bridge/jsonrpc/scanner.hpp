// A validating walk through JSON text that builds no tree.
#pragma once

#include <cstddef>
#include <string_view>

#include "bridge/core/error.hpp"
#include "bridge/core/steps.hpp"
#include "bridge/jsonrpc/nesting.hpp"

namespace bridge::jsonrpc {

/// Walks one JSON text (RFC 8259) once, from front to back. The scanner checks grammar, UTF-8 and depth; the caller notes the positions of the
/// members that it wants. Nothing is copied or converted, so the bridge can forward the text as it was written. Every function returns false at the
/// first error; `error`, `reason` and `offset` then return the kind, the text and the position of the error.
///
/// This is not simdjson: the scanner finds members in the original text, which a tree does not, in the pass that validates. It needs no padding
/// behind the text, and no package without a static library. `tests/bench/parts.cpp` measures it.
class scanner {
public:
    /// `text` must outlive the scanner. `max_depth` counts arrays and objects, at most `deepest_nesting`.
    scanner(std::string_view text, unsigned max_depth) noexcept;

    /// Skips white space. Returns the next character, or '\0' at the end.
    char peek() noexcept {
        core::count_steps();
        // Most programs write no white space between tokens.
        if (cursor_ != end_ && static_cast<unsigned char>(*cursor_) > ' ') return *cursor_;
        skip_space(end_);
        return cursor_ == end_ ? '\0' : *cursor_;
    }

    /// Skips one value of any type.
    bool value() noexcept;
    /// Skips one value of any type, and sets `raw` to its text.
    bool value(std::string_view& raw) noexcept;

    /// Walks one object. Calls `on_member(key)` with the raw key, quotes included, for each member. The callee skips the member's value
    /// with `value` or `object` and returns the result of that call. The next character must be '{'.
    template <class OnMember>
    bool object(OnMember&& on_member) {
        if (!enter_object()) return false;
        if (peek() == '}') return leave();
        for (;;) {
            std::string_view key;
            if (!member_key(key) || !on_member(key)) return false;
            if (peek() == ',') {
                ++cursor_;
                continue;
            }
            if (peek() != '}') return fail_behind_value();
            return leave();
        }
    }

    /// Walks one array. Calls `on_element()` before each element; the callee skips the element. The next character must be '['.
    template <class OnElement>
    bool array(OnElement&& on_element) {
        if (peek() != '[') return fail(core::errc::invalid_json, "expected an array");
        if (!enter(false)) return false;
        if (peek() == ']') return leave();
        for (;;) {
            if (!on_element()) return false;
            if (peek() == ',') {
                ++cursor_;
                continue;
            }
            if (peek() != ']') return fail_behind_value();
            return leave();
        }
    }

    /// True if only white space is left; otherwise an error.
    bool at_end() noexcept;
    /// Fails at the current position, by decision of the caller.
    bool fail(core::errc error, const char* reason) noexcept;
    std::string_view text() const noexcept { return {begin_, end_}; }
    core::errc error() const noexcept { return error_; }
    std::size_t offset() const noexcept { return static_cast<std::size_t>(cursor_ - begin_); }
    const char* reason() const noexcept { return reason_; }

    /// True if there was a CR or LF between tokens (JSON does not allow them inside strings).
    bool met_line_break() const noexcept { return met_line_break_; }

protected:
    /// The ends of a walk through a string.
    enum class string_end {
        met,      ///< the closing quote was passed
        stopped,  ///< the walk reached the position where it had to stop, inside the string
        failed,
    };

    enum class number_part { integer, fraction, exponent };
    bool enter(bool object) noexcept;
    bool enter_object() noexcept;
    bool leave() noexcept;
    bool member_key(std::string_view& key) noexcept;
    bool simple_value() noexcept;
    bool string() noexcept;
    string_end rest_of_string(const char* stop) noexcept;
    bool fail_behind_value() noexcept;
    bool escape() noexcept;
    bool multibyte() noexcept;
    bool number() noexcept;
    bool begin_number() noexcept;
    bool begin_part(number_part& part) noexcept;
    bool literal(std::string_view word) noexcept;
    void skip_space(const char* stop) noexcept;
    void skip_digits(const char* stop) noexcept;

    const char* const begin_;
    const char* const end_;
    const char* cursor_;
    nesting nesting_;
    bool met_line_break_ = false;
    core::errc error_{};
    const char* reason_ = "";
};

}  // namespace bridge::jsonrpc
