// What the National Weather Service answers, and how its JSON is read. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/error.hpp"

namespace nws {

/// One alert (a GeoJSON feature of /alerts/active). Empty text: the service did not say.
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
    std::string effective;  ///< times are ISO 8601 with the place's UTC offset
    std::string expires;
};

struct alerts {
    std::vector<alert> active;
    std::string updated;
};

/// What /points says about a place.
struct grid_point {
    std::string forecast_url;  ///< absolute
    std::string place;         ///< nearest town, such as "Linn, KS"; may be empty
};

/// Half a day, or less at the start.
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

/// Each reads one answer's body. Fails with `http_errc::malformed` if what matters is missing or of another
/// type. Unknown members are ignored.
bridge::core::result<alerts> read_alerts(std::string_view body);
bridge::core::result<grid_point> read_point(std::string_view body);
bridge::core::result<forecast> read_forecast(std::string_view body);

}  // namespace nws
