#include "bridge/era/iso_time.hpp"

namespace bridge::era {
namespace {

std::string digits(long long number, std::size_t width) {
    std::string out = std::to_string(number);
    return out.size() < width ? std::string(width - out.size(), '0') + out : out;
}

}  // namespace

std::string iso_time(std::chrono::system_clock::time_point time) {
    const auto whole = std::chrono::floor<std::chrono::milliseconds>(time);
    const auto day = std::chrono::floor<std::chrono::days>(whole);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss of_day(whole - day);
    std::string out = digits(static_cast<int>(date.year()), 4);
    out += '-' + digits(static_cast<unsigned>(date.month()), 2) + '-' + digits(static_cast<unsigned>(date.day()), 2);
    out += 'T' + digits(of_day.hours().count(), 2) + ':' + digits(of_day.minutes().count(), 2) + ':' + digits(of_day.seconds().count(), 2);
    return out + '.' + digits(of_day.subseconds().count(), 3) + 'Z';
}

}  // namespace bridge::era
