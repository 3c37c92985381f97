// What the server and its connections work with.
#pragma once

#include <cstddef>
#include <functional>

#include "bridge/core/async.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/memory_budget.hpp"
#include "bridge/http/authentication.hpp"
#include "bridge/http/body_queue.hpp"
#include "bridge/http/failed_keys.hpp"
#include "bridge/http/origin.hpp"

namespace bridge::http {

/// Who a listener is for.
enum class listener_role {
    clients,   ///< everything but, unless it is allowed, the metrics
    operators, ///< metrics and health only, without a key
};

/// What the rest of the program does with the file descriptors that it shares with the connections.
struct descriptor_demand {
    std::size_t in_use = 0;  ///< descriptors that it holds
    bool is_short = false;   ///< something has just failed for want of descriptors, processes or memory
};

struct context {
    core::executor executor;
    const core::limits& bounds;
    authenticator keys;
    origin_policy origins;
    core::memory_budget& memory;
    body_queue& bodies;
    std::function<descriptor_demand()> other_descriptors;  ///< asked for each new connection and every 100 ms
    listener_role role = listener_role::clients;
    failed_keys wrong_keys{};
};

}  // namespace bridge::http
