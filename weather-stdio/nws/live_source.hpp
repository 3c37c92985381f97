// The service itself, over HTTP.
#pragma once

#include <string_view>

#include "weather-stdio/nws/source.hpp"

namespace nws {

inline constexpr std::string_view default_base_url = "https://api.weather.gov";

class live_source final : public source {
public:
    /// `base`: where the service, or a stand-in, is; its path is put before every path, unless that has it
    /// already (a stand-in answers with URLs of its own).
    live_source(http_target base, http_client client);

    bridge::core::task<bridge::core::result<std::string>> get(std::string path, deadline until) override;
    bool is_sample() const noexcept override { return false; }

private:
    http_target base_;  // its path is the prefix, without a "/" at the end
    http_client client_;
};

}  // namespace nws
