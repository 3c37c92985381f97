// The settings and services that the server and its connections share.
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
#include "bridge/http/refusal_log.hpp"

namespace bridge::http {

class connection_passing;

/// The audience of a listener.
enum class listener_role {
    clients,    ///< everything except the metrics, unless those are allowed
    operators,  ///< metrics and health only, without a key
};

/// The file descriptors that the rest of the program uses; it shares the process's limit with the connections.
struct descriptor_demand {
    std::size_t in_use = 0;  ///< descriptors in use
    bool is_short = false;   ///< an operation has just failed for lack of descriptors, processes or memory
};

struct context {
    core::executor executor;
    const core::limits& bounds;
    authenticator keys;
    origin_policy origins;
    core::memory_budget& memory;
    body_queue& bodies;
    std::function<descriptor_demand()> other_descriptors;  ///< called for each new connection and every 100 ms
    listener_role role = listener_role::clients;
    failed_keys wrong_keys{};
    refusal_log refusals{};
    connection_passing* others = nullptr;  ///< the other processes of the service; null if connections stay in this one
};

}  // namespace bridge::http
