// Clients whose children can end while they are idle.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "bridge/core/event.hpp"

namespace bridge::child {

/// The use that a client has made of its child so far. A client that used its child less loses less with it.
enum class extent_of_use {
    none,    ///< no requests
    listed,  ///< only requests that leave nothing behind in the server
    worked,  ///< any other request
};

/// A client whose child can end, because the client has nothing in flight and nobody waits for a message of the child.
struct idle_client {
    std::string_view principal;  ///< the holder of the place
    bool is_left = false;        ///< it seems to have left for good
    extent_of_use use = extent_of_use::none;
    core::clock::time_point since;      ///< it has been idle since then
    std::function<void()> fall_asleep;  ///< ends the child until the client's next request
};

/// The clients of one era.
class idle_clients {
public:
    virtual ~idle_clients() = default;

    /// Adds the idle clients that have a child to `out`. They stay valid until the next turn of the loop.
    virtual void list_idle(std::vector<idle_client>& out) const = 0;
};

}  // namespace bridge::child
