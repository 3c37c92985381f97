// The source of the weather answers: the service itself, or a folder of samples.
#pragma once

#include <string>

#include "bridge/core/async.hpp"
#include "bridge/core/error.hpp"
#include "weather-stdio/nws/http_client.hpp"

namespace nws {

class source {
public:
    virtual ~source() = default;

    /// Returns the body of the answer to GET `path`: path and query below the root of the service. The errors are those of
    /// `http_client::get`.
    virtual bridge::core::task<bridge::core::result<std::string>> get(std::string path, deadline last_moment) = 0;

    /// True if the answers are samples. Every text made from them must say so.
    virtual bool is_sample() const noexcept = 0;
};

}  // namespace nws
