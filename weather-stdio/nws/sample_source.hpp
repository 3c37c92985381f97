// A folder of made-up answers, for trying things out without internet.
#pragma once

#include <filesystem>

#include "weather-stdio/nws/source.hpp"

namespace nws {

/// Answers from `points.json`, `forecast.json` and `alerts.json`. The forecast is the same for every place;
/// alerts are picked by area, as the service does it.
class sample_source final : public source {
public:
    explicit sample_source(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Fails with status 404 for a path that there is no sample for, with `http_errc::malformed` if a file is
    /// broken.
    bridge::core::task<bridge::core::result<std::string>> get(std::string path, deadline until) override;
    bool is_sample() const noexcept override { return true; }

private:
    std::filesystem::path folder_;
};

}  // namespace nws
