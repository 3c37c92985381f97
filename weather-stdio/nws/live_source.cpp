#include "weather-stdio/nws/live_source.hpp"

namespace nws {

live_source::live_source(http_target base, http_client client) : base_(std::move(base)), client_(std::move(client)) {
    base_.path.resize(base_.path.find_last_not_of('/') + 1);
}

bridge::core::task<bridge::core::result<std::string>> live_source::get(std::string path, deadline last_moment) {
    auto target = base_;
    target.path = path.starts_with(base_.path + "/") ? path : base_.path + path;
    return client_.get(std::move(target), last_moment);
}

}  // namespace nws
