// A source of sample answers in a folder, for trials without internet.
#pragma once

#include <filesystem>

#include "weather-stdio/nws/source.hpp"

namespace nws {

/// Answers from `points.json`, `forecast.json` and `alerts.json`. Every place has the same forecast. Alerts are selected by area, as in the
/// service.
class sample_source final : public source {
public:
    explicit sample_source(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Fails with status 404 for a path without a sample, and with `http_errc::malformed` for a broken file.
    bridge::core::task<bridge::core::result<std::string>> get(std::string path, deadline last_moment) override;
    bool is_sample() const noexcept override { return true; }

private:
    std::filesystem::path folder_;
};

}  // namespace nws
