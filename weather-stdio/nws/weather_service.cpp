#include "weather-stdio/nws/weather_service.hpp"

#include <array>
#include <charconv>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

using bridge::core::result;
using bridge::core::task;

// Uses to_chars, because it does not depend on the locale.
std::string format_degrees(double degrees) {
    std::array<char, 32> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), degrees, std::chars_format::fixed, 4);
    std::string text(buffer.data(), end.ptr);
    text.resize(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text == "-0" ? "0" : text;
}

}  // namespace

std::string format(const coordinates& place) {
    return format_degrees(place.latitude) + "," + format_degrees(place.longitude);
}

weather_service::weather_service(std::unique_ptr<source> answers, std::chrono::milliseconds patience)
    : source_(std::move(answers)), patience_(patience) {}

task<result<alerts>> weather_service::alerts_in(std::string area) {
    const auto body = co_await source_->get("/alerts/active?area=" + area, new_deadline());
    if (!body) co_return body.error();
    co_return read_alerts(*body);
}

task<result<forecast>> weather_service::forecast_for(coordinates place, std::function<void()> on_located) {
    const auto last_moment = new_deadline();
    const auto point_body = co_await source_->get("/points/" + format(place), last_moment);
    if (!point_body) co_return point_body.error();
    const auto point = read_point(*point_body);
    if (!point) co_return point.error();
    // The answer names the forecast by an absolute URL, and only the path of it is used. An answer must not redirect the client to other
    // hosts. If a gateway forwards the service's own answers, all further requests also go to the gateway.
    const auto target = parse_target(point->forecast_url);
    if (!target) co_return http_errc::malformed;
    on_located();
    const auto forecast_body = co_await source_->get(target->path, last_moment);
    if (!forecast_body) co_return forecast_body.error();
    auto read = read_forecast(*forecast_body);
    if (read) read->place = point->place;
    co_return read;
}

}  // namespace nws
