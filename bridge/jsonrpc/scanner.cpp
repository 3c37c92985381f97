#include "bridge/jsonrpc/scanner.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstdint>

#include "bridge/core/steps.hpp"
#include "bridge/core/utf8.hpp"
#include "bridge/core/words.hpp"

namespace bridge::jsonrpc {
namespace {

using core::each_byte;
using core::errc;

// Marks (bit 7 of each byte) the bytes that end a run of plain string characters: control characters, '"', '\\' and everything from 0x80
// on. Above the first marked byte a borrow can mark more bytes, so only the first mark counts.
constexpr std::uint64_t special_bytes(std::uint64_t word) {
    const std::uint64_t control = word - each_byte(0x20);
    const std::uint64_t quote = (word ^ each_byte('"')) - each_byte(1);
    const std::uint64_t backslash = (word ^ each_byte('\\')) - each_byte(1);
    return (control | quote | backslash | word) & each_byte(0x80);
}

// True if the character ends a run of plain string characters.
bool is_special(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || static_cast<unsigned char>(c) >= 0x80;
}

#ifdef __SSE2__
constexpr std::ptrdiff_t block_size = 16;

// Returns a bit for each special character of the block at `p`.
unsigned special_in_block(const char* p) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    // The comparison is one of signed numbers, so everything from 0x80 on is less than a space too.
    const __m128i other = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(other, _mm_or_si128(quote, backslash))));
}
#endif

// Returns the first character in [p, end) that is not plain, or `end`.
const char* skip_plain(const char* p, const char* end) {
#ifdef __SSE2__
    for (; end - p >= block_size; p += block_size) {
        core::count_steps();
        if (const unsigned special = special_in_block(p)) return p + std::countr_zero(special);
    }
#endif
    if constexpr (std::endian::native == std::endian::little) {
        while (end - p >= 8) {
            core::count_steps();
            if (const std::uint64_t special = special_bytes(core::word_at(p))) return p + std::countr_zero(special) / 8;
            p += 8;
        }
    }
    while (p != end && !is_special(*p)) {
        core::count_steps();
        ++p;
    }
    return p;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

scanner::scanner(std::string_view text, unsigned max_depth) noexcept
    : begin_(text.data()), end_(text.data() + text.size()), cursor_(text.data()), nesting_(max_depth) {}

bool scanner::fail(errc error, const char* reason) noexcept {
    if (error_ == errc{}) {
        error_ = error;
        reason_ = reason;
    }
    return false;
}

void scanner::skip_space(const char* stop) noexcept {
    core::count_steps();
    for (; cursor_ < stop; ++cursor_) {
        core::count_steps();
        const char c = *cursor_;
        if (c == '\n' || c == '\r') {
            met_line_break_ = true;
        } else if (c != ' ' && c != '\t') {
            return;
        }
    }
}

bool scanner::at_end() noexcept {
    skip_space(end_);
    return cursor_ == end_ || fail(errc::invalid_json, "text after the end of the value");
}

bool scanner::enter(bool object) noexcept {
    if (nesting_.is_full()) return fail(errc::too_deep, "nested too deeply");
    nesting_.enter(object);
    ++cursor_;
    return true;
}

bool scanner::enter_object() noexcept {
    if (peek() != '{') return fail(errc::invalid_json, "expected an object");
    return enter(true);
}

bool scanner::leave() noexcept {
    nesting_.leave();
    ++cursor_;
    return true;
}

bool scanner::member_key(std::string_view& key) noexcept {
    if (peek() != '"') return fail(errc::invalid_json, "expected a member name");
    const char* const start = cursor_;
    if (!string()) return false;
    key = {start, static_cast<std::size_t>(cursor_ - start)};
    if (peek() != ':') return fail(errc::invalid_json, "expected ':'");
    ++cursor_;
    return true;
}

bool scanner::value(std::string_view& raw) noexcept {
    skip_space(end_);
    const char* const start = cursor_;
    if (!value()) return false;
    raw = {start, static_cast<std::size_t>(cursor_ - start)};
    return true;
}

bool scanner::value() noexcept {
    const unsigned outside = nesting_.depth();
    std::string_view key;
    for (;;) {  // at the start of a value
        const char c = peek();
        if (c == '{' || c == '[') {
            if (!enter(c == '{')) return false;
            if (peek() == (c == '{' ? '}' : ']')) {
                leave();
            } else if (c == '[' || member_key(key)) {
                continue;
            } else {
                return false;
            }
        } else if (!(c == '"' ? string() : simple_value())) {
            return false;
        }
        for (;;) {  // behind a value
            if (nesting_.depth() == outside) return true;
            const char next = peek();
            if (next == ',') {
                ++cursor_;
                if (nesting_.in_object() && !member_key(key)) return false;
                break;
            }
            if (next != (nesting_.in_object() ? '}' : ']')) return fail_behind_value();
            leave();
        }
    }
}

bool scanner::fail_behind_value() noexcept {
    return fail(errc::invalid_json, cursor_ == end_        ? "the text ends inside a value"
                                    : nesting_.in_object() ? "expected ',' or '}'"
                                                           : "expected ',' or ']'");
}

bool scanner::simple_value() noexcept {
    if (cursor_ == end_) return fail(errc::invalid_json, "the text ends where a value is expected");
    switch (*cursor_) {
        case '"': return string();
        case 't': return literal("true");
        case 'f': return literal("false");
        case 'n': return literal("null");
        default: return number();
    }
}

bool scanner::literal(std::string_view word) noexcept {
    if (!std::string_view(cursor_, static_cast<std::size_t>(end_ - cursor_)).starts_with(word)) {
        return fail(errc::invalid_json, "expected a value");
    }
    cursor_ += word.size();
    return true;
}

void scanner::skip_digits(const char* stop) noexcept {
    for (; cursor_ < stop && is_digit(*cursor_); ++cursor_) core::count_steps();
}

bool scanner::number() noexcept {
    if (!begin_number()) return false;
    number_part part{};
    do skip_digits(end_);
    while (begin_part(part));
    return error_ == errc{};
}

// Skips the sign and the first digit.
bool scanner::begin_number() noexcept {
    const bool is_negative = *cursor_ == '-';
    if (is_negative) ++cursor_;
    if (cursor_ == end_ || !is_digit(*cursor_)) {
        // Python writes these words, and their senders do not suspect them.
        const bool is_word = cursor_ != end_ && (*cursor_ == 'N' || *cursor_ == 'I');
        return fail(errc::invalid_json, is_word       ? "a number that JSON does not have (NaN or Infinity)"
                                        : is_negative ? "expected a digit"
                                                      : "expected a value");
    }
    const bool is_zero = *cursor_++ == '0';
    return !is_zero || cursor_ == end_ || !is_digit(*cursor_) || fail(errc::invalid_json, "a number with a leading zero");
}

// Call it behind the digits of `part`: skips to the first digit of the next part. Returns false if the number ends or is invalid.
bool scanner::begin_part(number_part& part) noexcept {
    if (cursor_ == end_ || part == number_part::exponent) return false;
    if (*cursor_ == '.' && part == number_part::integer) {
        part = number_part::fraction;
        ++cursor_;
    } else if (*cursor_ == 'e' || *cursor_ == 'E') {
        part = number_part::exponent;
        ++cursor_;
        if (cursor_ != end_ && (*cursor_ == '+' || *cursor_ == '-')) ++cursor_;
    } else {
        return false;
    }
    return (cursor_ != end_ && is_digit(*cursor_)) || fail(errc::invalid_json, "expected a digit");
}

bool scanner::string() noexcept {
    ++cursor_;  // the opening quote
    // Most strings are plain.
    cursor_ = skip_plain(cursor_, end_);
    if (cursor_ != end_ && *cursor_ == '"') {
        ++cursor_;
        return true;
    }
    return rest_of_string(end_) == string_end::met;
}

scanner::string_end scanner::rest_of_string(const char* stop) noexcept {
    const auto failed = [this](errc error, const char* reason) {
        fail(error, reason);
        return string_end::failed;
    };
    for (;;) {
        core::count_steps();
        if (cursor_ < stop) cursor_ = skip_plain(cursor_, stop);
        if (cursor_ >= stop && stop != end_) return string_end::stopped;
        if (cursor_ == end_) return failed(errc::invalid_json, "the text ends inside a string");
        const auto c = static_cast<unsigned char>(*cursor_);
        if (c == '"') {
            ++cursor_;
            return string_end::met;
        }
        if (c == '\\') {
            if (!escape()) return string_end::failed;
        } else if (c >= 0x80) {
            if (!multibyte()) return string_end::failed;
        } else {
            return failed(errc::invalid_json, "a control character inside a string");
        }
    }
}

bool scanner::escape() noexcept {
    if (end_ - cursor_ < 2) return fail(errc::invalid_json, "the text ends inside a string");
    switch (cursor_[1]) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't': cursor_ += 2; return true;
        case 'u':
            if (end_ - cursor_ < 6 || !std::all_of(cursor_ + 2, cursor_ + 6, is_hex)) {
                return fail(errc::invalid_json, "\\u without four hexadecimal digits");
            }
            cursor_ += 6;
            return true;
        default: return fail(errc::invalid_json, "an unknown escape");
    }
}

bool scanner::multibyte() noexcept {
    const int length = core::utf8_sequence({cursor_, static_cast<std::size_t>(end_ - cursor_)});
    if (length == 0) return fail(errc::invalid_utf8, "bytes that are not UTF-8");
    cursor_ += length;
    return true;
}

}  // namespace bridge::jsonrpc
