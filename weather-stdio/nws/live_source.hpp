// The National Weather Service itself, over HTTP.
#pragma once

#include <string_view>

#include "weather-stdio/nws/source.hpp"

namespace nws {

inline constexpr std::string_view default_base_url = "https://api.weather.gov";

class live_source final : public source {
public:
    /// `base` is the address of the service or of a stand-in. Its path is put before every requested path, unless that begins with it
    /// already (a stand-in answers with URLs of its own).
    live_source(http_target base, http_client client);

    bridge::core::task<bridge::core::result<std::string>> get(std::string path, deadline last_moment) override;
    bool is_sample() const noexcept override { return false; }

private:
    http_target base_;  // its path is the prefix, without a "/" at the end
    http_client client_;
};

}  // namespace nws
