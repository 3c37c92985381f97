// The tasks of all clients of the modern era.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/era/background_task.hpp"
#include "bridge/era/modern_client.hpp"

namespace bridge::era {

/// Makes tasks of calls that take long, and keeps them until their clients have had time to read the results. A task belongs to the principal of its
/// call: for any other one it does not exist. The call stays with its client, parked, so the client keeps its child for as long as the task runs.
class background_tasks {
public:
    /// Receives a task of `principal` whose state has changed.
    using tell_function = std::function<void(std::string_view principal, const background_task& changed)>;

    /// `bounds` and `memory` must outlive it.
    background_tasks(core::executor executor, const core::limits& bounds, core::memory_budget& memory)
        : bounds_(bounds), memory_(memory), task_ended_(executor) {}
    background_tasks(const background_tasks&) = delete;
    background_tasks& operator=(const background_tasks&) = delete;

    /// True if calls can become tasks.
    bool is_on() const { return bounds_.task_after.count() != 0; }

    void on_change(tell_function tell) { tell_ = std::move(tell); }

    /// Answers those calls of `client` with a task that take too long at `now`.
    void take_over(modern_client& client, core::clock::time_point now);

    /// The raw state of the task `id` of `principal`, for `tasks/get`; empty if there is no such task.
    task_text details(std::string_view principal, std::string_view id);

    /// Passes on the answers of the client to questions of the child, a raw object in `message`. Answers to anything else are ignored. Returns false
    /// if there is no such task. `text` as for `parked_calls::resume`.
    bool answer(std::string_view principal, std::string_view id, std::string_view responses, const jsonrpc::envelope& message, std::string* text);

    /// Cancels the task, if it has not ended. Returns false if there is no such task.
    bool cancel(std::string_view principal, std::string_view id);

    /// Those of `ids` that are tasks of `principal`, each once.
    std::vector<std::string> known(std::string_view principal, const std::vector<std::string>& ids) const;

    /// Ends the tasks that take too long, and forgets those that were kept for long enough. To be called about once a second.
    void sweep(core::clock::time_point now);

    /// Waits until no task runs, but not beyond `deadline`. Returns false if one runs then. Only one coroutine may wait.
    [[nodiscard]] core::task<bool> wait_until_idle(core::clock::time_point deadline);

    /// True if there is the task `id`, whoever owns it.
    bool has(std::string_view id) const { return entries_.contains(id); }
    /// True if a task runs, or has ended in a way that its client was not told.
    bool are_awaited() const;

    std::size_t count_running() const;
    std::size_t count_asking() const;
    std::size_t count_ended() const { return entries_.size() - count_running(); }

private:
    struct entry;
    using entries = std::map<std::string, std::shared_ptr<entry>, std::less<>>;

    void begin(modern_client& client, const std::shared_ptr<session::exchange>& call);
    bool make_room(std::string_view principal);
    bool forget_one(const std::function<bool(const entry&)>& can_go);
    void free_memory();
    std::shared_ptr<entry> find(std::string_view principal, std::string_view id) const;
    void on_end(entry& ended);
    void tell(entry& changed);
    void look_for_questions(entry& asked);

    const core::limits& bounds_;
    core::memory_budget& memory_;
    core::event task_ended_;
    tell_function tell_;
    entries entries_;
};

}  // namespace bridge::era
