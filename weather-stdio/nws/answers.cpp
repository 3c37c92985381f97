#include "weather-stdio/nws/answers.hpp"

#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "weather-stdio/json/bounded_json.hpp"
#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

using nlohmann::json;

// GeoJSON with polygons and contexts stays below this depth.
constexpr std::size_t max_depth = 64;

const json* member(const json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

// The service leaves texts out, or sends null, if it has no text.
std::string text_of(const json& object, const char* name) {
    const auto* value = member(object, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

// A number of the service is a plain number, or a QuantitativeValue: {"unitCode": ..., "value": ...}.
std::optional<double> number_of(const json& object, const char* name) {
    const auto* value = member(object, name);
    if (value != nullptr && value->is_object()) value = member(*value, "value");
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->get<double>();
}

std::string temperature_unit_of(const json& period) {
    auto unit = text_of(period, "temperatureUnit");
    if (!unit.empty()) return unit;
    const auto* quantity = member(period, "temperature");
    return quantity != nullptr && text_of(*quantity, "unitCode").ends_with("degF") ? "F" : "C";
}

alert read_alert(const json& properties) {
    alert read;
    read.event = text_of(properties, "event");
    read.severity = text_of(properties, "severity");
    read.urgency = text_of(properties, "urgency");
    read.certainty = text_of(properties, "certainty");
    read.area = text_of(properties, "areaDesc");
    read.headline = text_of(properties, "headline");
    read.description = text_of(properties, "description");
    read.instruction = text_of(properties, "instruction");
    read.sender = text_of(properties, "senderName");
    read.effective = text_of(properties, "effective");
    read.expires = text_of(properties, "expires");
    return read;
}

std::optional<forecast_period> read_period(const json& period) {
    const auto temperature = number_of(period, "temperature");
    if (!temperature || text_of(period, "name").empty()) return std::nullopt;
    forecast_period read;
    read.name = text_of(period, "name");
    read.start = text_of(period, "startTime");
    read.end = text_of(period, "endTime");
    const auto* daytime = member(period, "isDaytime");
    read.is_daytime = daytime == nullptr || !daytime->is_boolean() || daytime->get<bool>();
    read.temperature = *temperature;
    read.temperature_unit = temperature_unit_of(period);
    read.precipitation_percent = number_of(period, "probabilityOfPrecipitation");
    read.wind_speed = text_of(period, "windSpeed");
    read.wind_direction = text_of(period, "windDirection");
    read.short_forecast = text_of(period, "shortForecast");
    read.detailed_forecast = text_of(period, "detailedForecast");
    return read;
}

boost::system::error_code malformed(const char* subject) {
    spdlog::warn("the weather service's answer about {} is not what was expected", subject);
    return http_errc::malformed;
}

}  // namespace

bridge::core::result<alerts> read_alerts(std::string_view body) {
    const auto document = weather_json::parse(body, max_depth);
    const auto* features = document ? member(**document, "features") : nullptr;
    if (features == nullptr || !features->is_array()) return malformed("alerts");
    alerts read;
    read.updated = text_of(**document, "updated");
    for (const auto& feature : *features) {
        const auto* properties = member(feature, "properties");
        if (properties == nullptr || text_of(*properties, "event").empty()) return malformed("alerts");
        read.active.push_back(read_alert(*properties));
    }
    return read;
}

bridge::core::result<grid_point> read_point(std::string_view body) {
    const auto document = weather_json::parse(body, max_depth);
    const auto* properties = document ? member(**document, "properties") : nullptr;
    if (properties == nullptr) return malformed("a point");
    grid_point read;
    read.forecast_url = text_of(*properties, "forecast");
    if (read.forecast_url.empty()) return malformed("a point");
    if (const auto* location = member(*properties, "relativeLocation")) {
        if (const auto* named = member(*location, "properties")) {
            read.place = text_of(*named, "city");
            const auto state = text_of(*named, "state");
            if (!read.place.empty() && !state.empty()) read.place += ", " + state;
        }
    }
    return read;
}

bridge::core::result<forecast> read_forecast(std::string_view body) {
    const auto document = weather_json::parse(body, max_depth);
    const auto* properties = document ? member(**document, "properties") : nullptr;
    const auto* periods = properties != nullptr ? member(*properties, "periods") : nullptr;
    if (periods == nullptr || !periods->is_array()) return malformed("a forecast");
    forecast read;
    read.updated = text_of(*properties, "updateTime");
    for (const auto& period : *periods) {
        auto one = read_period(period);
        if (!one) return malformed("a forecast");
        read.periods.push_back(std::move(*one));
    }
    return read;
}

}  // namespace nws
