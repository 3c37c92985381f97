#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "weather-stdio/nws/http_error.hpp"
#include "weather-stdio/tools/failure_text.hpp"
#include "weather-stdio/tools/tools.hpp"

namespace weather {
namespace {

using bridge::core::task;
using nlohmann::json;
using stdio_server::tool_call;
using stdio_server::tool_failure;
using stdio_server::tool_result;

constexpr const char* input_schema = R"json({
    "type": "object",
    "properties": {
        "latitude": {
            "type": "number", "minimum": -90, "maximum": 90,
            "description": "Degrees north of the equator, such as 37.77"
        },
        "longitude": {
            "type": "number", "minimum": -180, "maximum": 180,
            "description": "Degrees east of Greenwich, negative in the Americas, such as -122.42"
        }
    },
    "required": ["latitude", "longitude"]
})json";

constexpr const char* output_schema = R"json({
    "type": "object",
    "properties": {
        "sample": { "type": "boolean", "description": "True if the data is made up" },
        "latitude": { "type": "number" },
        "longitude": { "type": "number" },
        "place": { "type": "string", "description": "Nearest town" },
        "updated": { "type": "string", "description": "When the forecast was made, ISO 8601" },
        "periods": {
            "type": "array",
            "description": "Days and nights, the current one first",
            "items": {
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "startTime": { "type": "string" },
                    "endTime": { "type": "string" },
                    "isDaytime": { "type": "boolean" },
                    "temperature": { "type": "number" },
                    "temperatureUnit": { "type": "string", "enum": ["F", "C"] },
                    "precipitationPercent": { "type": "number" },
                    "windSpeed": { "type": "string" },
                    "windDirection": { "type": "string" },
                    "shortForecast": { "type": "string" },
                    "detailedForecast": { "type": "string" }
                },
                "required": ["name", "isDaytime", "temperature", "temperatureUnit"]
            }
        }
    },
    "required": ["sample", "latitude", "longitude", "periods"]
})json";

// Leaves out the values that the service left out.
void put(json& object, const char* name, const std::string& value) {
    if (!value.empty()) object[name] = value;
}

json structure(const nws::forecast_period& period) {
    json one;
    one["name"] = period.name;
    put(one, "startTime", period.start);
    put(one, "endTime", period.end);
    one["isDaytime"] = period.is_daytime;
    one["temperature"] = period.temperature;
    one["temperatureUnit"] = period.temperature_unit;
    if (period.precipitation_percent) one["precipitationPercent"] = *period.precipitation_percent;
    put(one, "windSpeed", period.wind_speed);
    put(one, "windDirection", period.wind_direction);
    put(one, "shortForecast", period.short_forecast);
    put(one, "detailedForecast", period.detailed_forecast);
    return one;
}

std::string describe(const nws::forecast_period& period) {
    std::string text = "\n" + period.name + ": " + std::to_string(std::lround(period.temperature)) + "°" + period.temperature_unit;
    if (!period.wind_speed.empty()) text += ", wind " + period.wind_speed + " " + period.wind_direction;
    const auto& words = period.detailed_forecast.empty() ? period.short_forecast : period.detailed_forecast;
    return text + "\n" + words + "\n";
}

tool_result present(const nws::forecast& found, const nws::coordinates& place, bool is_sample) {
    json structured;
    structured["sample"] = is_sample;
    structured["latitude"] = place.latitude;
    structured["longitude"] = place.longitude;
    put(structured, "place", found.place);
    put(structured, "updated", found.updated);
    structured["periods"] = json::array();

    tool_result result;
    if (is_sample) result.text = sample_notice;
    result.text += "Forecast for " + (found.place.empty() ? nws::format(place) : found.place);
    result.text += found.periods.empty() ? ": the service has none at the moment.\n" : "\n";
    for (const auto& period : found.periods) {
        structured["periods"].push_back(structure(period));
        result.text += describe(period);
    }
    result.structured = std::make_shared<const json>(std::move(structured));
    return result;
}

// Returns the number argument `name` if it is a number within the limit. Otherwise `problem` says which values are right.
std::optional<double> read_degrees(const json& arguments, const char* name, int limit, std::string& problem) {
    const auto given = arguments.find(name);
    if (given != arguments.end() && given->is_number() && std::abs(given->get<double>()) <= limit) {
        return given->get<double>();
    }
    const auto bound = std::to_string(limit);
    if (!problem.empty()) problem += " ";
    problem += std::string(name) + " must be a number from -" + bound + " to " + bound + ".";
    return std::nullopt;
}

task<tool_result> run(service_ptr service, tool_call call) {
    std::string problem;
    const auto latitude = read_degrees(*call.arguments, "latitude", 90, problem);
    const auto longitude = read_degrees(*call.arguments, "longitude", 180, problem);
    if (!problem.empty()) co_return tool_failure(problem);
    const nws::coordinates place{*latitude, *longitude};

    std::function<void()> on_located = [&call] {
        stdio_server::progress_update update;
        update.done = 1;
        update.total = 2;
        update.message = "The place is known; asking for its forecast";
        call.report(update);
    };
    const auto found = co_await service->forecast_for(place, std::move(on_located));
    if (found) co_return present(*found, place, service->is_sample());
    if (found.error() == nws::status_error(404)) {
        co_return tool_failure("No forecast: " + nws::format(place) + " is outside the area the US National Weather Service covers.");
    }
    co_return tool_failure(failure_text(found.error()));
}

}  // namespace

stdio_server::tool make_get_forecast(service_ptr service) {
    stdio_server::tool made;
    made.name = "get_forecast";
    made.title = "Weather forecast";
    made.description =
        "Forecast of the US National Weather Service for a place in the United States or its territories, "
        "for about a "
        "week in steps of half a day: temperature, wind, chance of rain and a description.";
    made.input_schema = input_schema;
    made.output_schema = output_schema;
    made.annotations.read_only = true;
    made.annotations.open_world = true;
    made.handler = [service = std::move(service)](tool_call call) { return run(service, std::move(call)); };
    return made;
}

}  // namespace weather
