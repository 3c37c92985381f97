#include "bridge/session/event_ring.hpp"

#include <algorithm>

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

// What a client gets that comes back for an answer which is no longer kept.
event_ring::event in_place_of(const event_ring::event& answer) {
    event_ring::event out{.id = answer.id, .text = {}, .is_answer = false};
    jsonrpc::append_error(out.text, jsonrpc::find_member(answer.text, "id"), jsonrpc::error_code::internal_error,
                          "the answer (" + std::to_string(answer.text.size()) +
                              " bytes) was sent, but is no longer kept for a client that lost its connection");
    return out;
}

}  // namespace

void event_ring::append(event what) {
    bytes_ += what.text.size();
    events_.push_back(std::move(what));
}

event_ring::event event_ring::drop_oldest() {
    event oldest = std::move(events_.front());
    events_.pop_front();
    bytes_ -= oldest.text.size();
    return oldest;
}

void event_ring::add(event what) {
    // One that can never fit would only drive out all the others.
    if (what.text.size() > bounds_.replay_bytes) {
        if (!what.is_answer) return;
        what = in_place_of(what);
    }
    append(std::move(what));
    while (is_over() && !events_.empty()) {
        const event oldest = drop_oldest();
        if (oldest.is_answer) append(in_place_of(oldest));
    }
}

std::vector<event_ring::event> event_ring::after(event_id last) const {
    std::vector<event> out;
    for (const event& each : events_) {
        if (each.id.stream == last.stream && each.id.position > last.position) out.push_back(each);
    }
    // A substitute stands behind younger events.
    std::ranges::sort(out, {}, [](const event& each) { return each.id.position; });
    return out;
}

}  // namespace bridge::session
