// What one client may do with the tasks of a shared child.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/session/exchange.hpp"
#include "bridge/session/task_owners.hpp"

namespace bridge::session {

/// Holds a client's requests against the owners of the tasks, and notes those that it creates. For anybody but its owner a task does not
/// exist: the bridge answers so itself, and the child is not asked.
class task_access {
public:
    /// For the client of the session `session`. `principal` is who that is, empty if that is not known: then only the session
    /// tells its tasks from others, and they end with it (`end`), and are not listed, as the specification wants.
    task_access(std::shared_ptr<task_owners> all, std::string_view principal, std::string session);

    /// To be called with each request before it is sent. True if it was answered: then it must not be sent. Otherwise what the child
    /// answers is looked at on its way, where that is needed.
    bool review(const jsonrpc::envelope& message, exchange& call) const;

    /// What the tasks of this client are kept under.
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
