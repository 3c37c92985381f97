// The events that a ring keeps, as texts that a test compares.
#pragma once

#include <string>
#include <vector>

#include "bridge/session/event_ring.hpp"

namespace bridge::session {

/// The events of `ring` after `last`, each as its id, a space and its text.
inline std::vector<std::string> kept_events(const event_ring& ring, event_id last) {
    std::vector<std::string> out;
    for (const auto& each : ring.after(last)) out.push_back(each.id.text() + ' ' + each.text);
    return out;
}

}  // namespace bridge::session
