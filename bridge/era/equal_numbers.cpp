#include "bridge/era/equal_numbers.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace bridge::era {
namespace {

constexpr std::size_t longest_number = 64 * 1024;

// The one form of each value.
struct decimal {
    bool is_negative = false;
    std::string digits{};       // without zeros at either end; none for zero
    std::int64_t exponent = 0;  // of the last digit

    bool operator==(const decimal&) const = default;
};

bool take_one_of(std::string_view& text, std::string_view characters) {
    if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

std::string_view take_digits(std::string_view& text) {
    const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view digits = text.substr(0, size);
    text.remove_prefix(size);
    return digits;
}

// Returns nothing if there is an exponent without digits, or one that is too large to compute with.
std::optional<std::int64_t> take_exponent(std::string_view& text) {
    if (!take_one_of(text, "eE")) return 0;
    const bool is_negative = text.starts_with('-');
    take_one_of(text, "+-");
    const std::string_view digits = take_digits(text);
    std::uint32_t value = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) return std::nullopt;
    return is_negative ? -std::int64_t{value} : std::int64_t{value};
}

std::optional<decimal> read_decimal(std::string_view text) {
    if (text.size() > longest_number) return std::nullopt;
    decimal out;
    out.is_negative = take_one_of(text, "-");
    const std::string_view whole = take_digits(text);
    if (whole.empty() || (whole.size() > 1 && whole.starts_with('0'))) return std::nullopt;
    std::string_view fraction;
    if (take_one_of(text, ".")) {
        fraction = take_digits(text);
        if (fraction.empty()) return std::nullopt;
    }
    const std::optional<std::int64_t> exponent = take_exponent(text);
    if (!exponent || !text.empty()) return std::nullopt;
    out.digits = std::string(whole) + std::string(fraction);
    const std::size_t first = out.digits.find_first_not_of('0');
    if (first == std::string::npos) return decimal();
    const std::size_t end = out.digits.find_last_not_of('0') + 1;
    out.exponent = *exponent - static_cast<std::int64_t>(fraction.size()) + static_cast<std::int64_t>(out.digits.size() - end);
    out.digits = out.digits.substr(first, end - first);
    return out;
}

}  // namespace

bool are_equal_numbers(std::string_view a, std::string_view b) {
    const std::optional<decimal> first = read_decimal(a);
    return first && first == read_decimal(b);
}

}  // namespace bridge::era
