#include "bridge/jsonrpc/ids.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "bridge/core/limits.hpp"
#include "bridge/core/steps.hpp"

namespace bridge::jsonrpc {
namespace {

constexpr std::uint64_t minted_end = std::uint64_t{1} << 53;

bool is_string(std::string_view raw) {
    return raw.starts_with('"');
}

bool is_number(std::string_view raw) {
    return !raw.empty() && (raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9'));
}

// A longer number is refused for its length (`too_long_part`), whatever its value is. So nobody has to read it, which would take long.
bool is_too_long(std::string_view raw) {
    return raw.size() > core::longest_id_bytes;
}

bool has_fraction_or_exponent(std::string_view raw) {
    return raw.find_first_of(".eE") != std::string_view::npos;
}

// A number in the one form that equal numbers share: `digits` times ten to the power of `power`. The digits neither begin nor end with a zero;
// zero has none.
struct normal_form {
    bool is_negative = false;
    std::string digits;
    std::int64_t power = 0;

    bool operator==(const normal_form&) const = default;
};

// Reads an exponent. One of more digits than fit is larger than the length of any text, so its exact value does not matter.
std::int64_t exponent_of(std::string_view text) {
    constexpr std::int64_t enough = 1'000'000'000'000;
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    for (const char digit : text) value = std::min(enough, value * 10 + (digit - '0'));
    return is_negative ? -value : value;
}

normal_form normal_form_of(std::string_view raw) {
    core::count_steps(raw.size());
    normal_form out;
    out.is_negative = raw.starts_with('-');
    if (out.is_negative) raw.remove_prefix(1);
    const std::size_t exponent = std::min(raw.size(), raw.find_first_of("eE"));
    if (exponent != raw.size()) out.power = exponent_of(raw.substr(exponent + 1));
    const std::string_view mantissa = raw.substr(0, exponent);
    const std::size_t point = std::min(mantissa.size(), mantissa.find('.'));
    out.digits = mantissa.substr(0, point);
    if (point != mantissa.size()) {
        out.digits += mantissa.substr(point + 1);
        out.power -= static_cast<std::int64_t>(mantissa.size() - point - 1);
    }
    const std::size_t last = out.digits.find_last_not_of('0');
    if (last == std::string::npos) return {};
    out.power += static_cast<std::int64_t>(out.digits.size() - last - 1);
    out.digits.erase(last + 1);
    out.digits.erase(0, out.digits.find_first_not_of('0'));
    return out;
}

std::optional<std::uint64_t> number_of_digits(std::string_view digits) {
    constexpr std::size_t most_digits = 16;
    if (digits.empty() || digits.size() > most_digits || digits[0] == '0') return std::nullopt;
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || rest != digits.data() + digits.size() || number >= minted_end) return std::nullopt;
    return number;
}

}  // namespace

bool is_integer(std::string_view raw) {
    return is_number(raw) && (is_too_long(raw) || !has_fraction_or_exponent(raw) || normal_form_of(raw).power >= 0);
}

bool is_id(std::string_view raw) {
    return is_string(raw) || is_integer(raw);
}

std::optional<std::uint64_t> minted_number(std::string_view raw) {
    if (is_too_long(raw)) return std::nullopt;
    if (raw.size() > 2 && is_string(raw)) return number_of_digits(raw.substr(1, raw.size() - 2));
    if (!is_number(raw) || !has_fraction_or_exponent(raw)) return number_of_digits(raw);
    constexpr std::int64_t largest_power = 16;
    normal_form form = normal_form_of(raw);
    if (form.is_negative || form.power < 0 || form.power > largest_power) return std::nullopt;
    form.digits.append(static_cast<std::size_t>(form.power), '0');
    return number_of_digits(form.digits);
}

bool are_equal_ids(std::string_view one, std::string_view other) {
    if (one == other) return true;
    if (is_too_long(one) || is_too_long(other)) return false;
    if (!is_number(one) || !is_number(other) || (!has_fraction_or_exponent(one) && !has_fraction_or_exponent(other))) return false;
    return normal_form_of(one) == normal_form_of(other);
}

}  // namespace bridge::jsonrpc
