// The calls by which a client gets and uses the tasks of its child.
#pragma once

#include <memory>
#include <string_view>

#include "bridge/era/modern_client.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::era {

/// Lets `client` learn from the answer to its request `message`, whose call is `call`: of a task that the child has made, and of the state of one.
void learn_of_tasks(const std::shared_ptr<modern_client>& client, const jsonrpc::envelope& message, session::exchange& call);

/// Records in `tasks` the state of the task `id` from `result`, the raw result of `tasks/get`.
void learn_state(child_tasks& tasks, std::string_view id, std::string_view result);

}  // namespace bridge::era
