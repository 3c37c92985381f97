// Where the service's answers come from: the service itself, or a folder of samples.
#pragma once

#include <string>

#include "bridge/core/async.hpp"
#include "bridge/core/error.hpp"
#include "weather-stdio/nws/http_client.hpp"

namespace nws {

class source {
public:
    virtual ~source() = default;

    /// The body of the answer to GET `path`, path and query below the service's root. Errors as of
    /// `http_client::get`.
    virtual bridge::core::task<bridge::core::result<std::string>> get(std::string path, deadline until) = 0;

    /// True if what it gives is made up, which must be said wherever it is shown.
    virtual bool is_sample() const noexcept = 0;
};

}  // namespace nws
