// The two tools of the weather server.
#pragma once

#include <memory>

#include "weather-stdio/nws/weather_service.hpp"
#include "weather-stdio/server/tool.hpp"

namespace weather {

using service_ptr = std::shared_ptr<nws::weather_service>;

/// `get_alerts(state)`: the alerts in force in a state, a territory or at sea.
stdio_server::tool make_get_alerts(service_ptr service);

/// `get_forecast(latitude, longitude)`: the coming days at a place in the United States.
stdio_server::tool make_get_forecast(service_ptr service);

}  // namespace weather
