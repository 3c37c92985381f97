#include "bridge/session/resumable_streams.hpp"

#include <algorithm>

namespace bridge::session {

void resumable_streams::add(const std::shared_ptr<stream>& request_stream) {
    if (request_stream->is_resumable()) return;
    request_stream->make_resumable(++last_number_, ring_);
    std::erase_if(streams_, [](const auto& each) { return each.expired(); });
    streams_.push_back(request_stream);
}

std::shared_ptr<stream> resumable_streams::find(std::uint64_t number) const {
    for (const auto& each : streams_) {
        if (auto alive = each.lock(); alive && alive->number() == number) return alive;
    }
    return nullptr;
}

bool resumable_streams::has_waiting() const {
    return std::ranges::any_of(streams_, [](const std::weak_ptr<stream>& each) {
        const auto alive = each.lock();
        return alive && alive->has_waiting();
    });
}

std::size_t resumable_streams::shed() {
    std::size_t freed = ring_.shed();
    for (const auto& each : streams_) {
        if (const auto alive = each.lock(); alive && !alive->has_reader()) freed += alive->shed();
    }
    return freed;
}

}  // namespace bridge::session
