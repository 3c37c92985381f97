// Forecasts and alerts of the National Weather Service.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "weather-stdio/nws/answers.hpp"
#include "weather-stdio/nws/source.hpp"

namespace nws {

/// Degrees; north and east are positive.
struct coordinates {
    double latitude;
    double longitude;
};

/// Formats a place as "39.7456,-97.0892": at most four decimals and no zeros at the end, because the service redirects requests with any
/// other form.
std::string format(const coordinates& place);

class weather_service {
public:
    /// `patience` is the time for one question, for all of its requests together.
    weather_service(std::unique_ptr<source> answers, std::chrono::milliseconds patience);

    /// Returns the alerts in force in `area`, a code that the service knows.
    bridge::core::task<bridge::core::result<alerts>> alerts_in(std::string area);

    /// Returns the forecast for `place`. Calls `on_located` once the service has found the place. Fails with status 404 for a place that
    /// the service does not cover.
    bridge::core::task<bridge::core::result<forecast>> forecast_for(coordinates place, std::function<void()> on_located);

    bool is_sample() const noexcept { return source_->is_sample(); }

private:
    deadline new_deadline() const { return std::chrono::steady_clock::now() + patience_; }

    std::unique_ptr<source> source_;
    std::chrono::milliseconds patience_;
};

}  // namespace nws
