// The tasks of one client whose progress may still come.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/limits.hpp"
#include "bridge/mcp/task.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::session {

/// Forwards the progress of calls that have become tasks. A call with a progress token keeps that token until its task ends (specification
/// 2025-11-25, Progress, rule 3), although its answer, the CreateTaskResult, has ended its stream. The progress goes with the running `tasks/result`
/// of the task; without one, it goes on the general stream if the client reads that, and else it is dropped, because later progress replaces it.
///
/// A task ends with a terminal status in `notifications/tasks/status` or in an answer of the child, with its result, or after its ttl, of which
/// `longest_life` count. `limits::tasks_per_owner` bounds the tasks; at the bound the oldest one is forgotten.
class running_tasks final : public std::enable_shared_from_this<running_tasks> {
public:
    /// The time after which the progress of a task is no longer expected, however long its ttl is.
    static constexpr std::chrono::hours longest_life{24};

    /// `bounds` must outlive it. `general` is the stream for messages that belong to no request. `account` pays for the tasks; null for none.
    running_tasks(std::shared_ptr<stream> general, const core::limits& bounds, core::memory_account_ptr account)
        : general_(std::move(general)), bounds_(bounds), account_(std::move(account)) {}

    /// To be called with each request of the client before it is sent as `call`: finds out whether it becomes a task, or is about one.
    void watch(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call);

    /// The child has sent a notification. The tasks end with their terminal status.
    void on_notification(const jsonrpc::envelope& message);

    /// Forgets the tasks whose ttl is over. To be called about once a second.
    void sweep(core::clock::time_point now);

    /// The child has ended, and its tasks with it.
    void clear() { tasks_.clear(); }

    std::size_t size() const { return tasks_.size(); }

private:
    class running_task;

    std::shared_ptr<child::task_sink> add(const mcp::task& created, std::string token);
    void record(const mcp::task& reported);
    void remove(std::string_view id);
    void pass(const running_task& task, const jsonrpc::envelope& message) const;
    std::vector<std::shared_ptr<running_task>>::iterator position(std::string_view id);

    std::shared_ptr<stream> general_;
    const core::limits& bounds_;
    core::memory_account_ptr account_;
    std::vector<std::shared_ptr<running_task>> tasks_;  // oldest first
};

}  // namespace bridge::session
