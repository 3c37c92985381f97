// The access of one client to the tasks of a shared child.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/session/exchange.hpp"
#include "bridge/session/task_owners.hpp"

namespace bridge::session {

/// Checks a client's requests against the owners of the tasks, and records the tasks that the client creates. For all clients but its owner a task
/// does not exist: the bridge answers their requests itself, without the child.
class task_access {
public:
    /// For the client of the session `session`. `principal` is empty if the client is not authenticated. Then the session is the owner of its tasks:
    /// they end with it (`end`), and they are not listed, as the specification demands.
    task_access(std::shared_ptr<task_owners> all, std::string_view principal, std::string session);

    /// To be called with each request before it is sent. Returns true if it answered the request, which must then not be sent. Otherwise it reviews
    /// the child's answer, where that is needed.
    bool review(const jsonrpc::envelope& message, exchange& call) const;

    /// The owner under which the tasks of this client are recorded.
    const std::string& owner() const { return owner_; }

    /// The session has ended.
    void end() const;

private:
    bool owns(std::string_view raw_id) const;
    bool review_list(exchange& call) const;

    std::shared_ptr<task_owners> all_;
    bool is_named_;
    std::string owner_;
    std::string session_;
};

}  // namespace bridge::session
