// The answers of the National Weather Service, and the parsing of their JSON. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/error.hpp"

namespace nws {

/// One alert (a GeoJSON feature of /alerts/active). A text is empty if the service left it out.
struct alert {
    std::string event;     ///< kind, such as "Winter Storm Warning"
    std::string severity;  ///< Extreme, Severe, Moderate, Minor or Unknown (CAP 1.2)
    std::string urgency;
    std::string certainty;
    std::string area;
    std::string headline;
    std::string description;
    std::string instruction;
    std::string sender;
    std::string effective;  ///< times are ISO 8601 with the UTC offset of the place
    std::string expires;
};

struct alerts {
    std::vector<alert> active;
    std::string updated;
};

/// The answer of /points about a place.
struct grid_point {
    std::string forecast_url;  ///< absolute
    std::string place;         ///< nearest town, such as "Linn, KS"; may be empty
};

/// A forecast for half a day; the first period may be shorter.
struct forecast_period {
    std::string name;  ///< such as "Tonight"
    std::string start;
    std::string end;
    bool is_daytime = true;
    double temperature = 0;
    std::string temperature_unit;  ///< F or C
    std::optional<double> precipitation_percent;
    std::string wind_speed;  ///< such as "5 to 10 mph"
    std::string wind_direction;
    std::string short_forecast;
    std::string detailed_forecast;
};

struct forecast {
    std::string place;
    std::string updated;
    std::vector<forecast_period> periods;
};

/// Each function parses the body of one answer. It fails with `http_errc::malformed` if a required member is missing or has another type,
/// and ignores unknown members.
bridge::core::result<alerts> read_alerts(std::string_view body);
bridge::core::result<grid_point> read_point(std::string_view body);
bridge::core::result<forecast> read_forecast(std::string_view body);

}  // namespace nws
