// The tasks that a modern child has made for one client.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/link.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/era/task_claims.hpp"

namespace bridge::era {

/// A child of the modern era can answer a call with a task of its own (extension `io.modelcontextprotocol/tasks`), which the client then asks for by
/// the child's id. The bridge keeps the ids of the tasks of each client, so that no other client reaches them, and the child lives for as long as one
/// of them runs. A task ends with the process that has made it: then it has failed, because the next process may use its id again. At
/// `limits::tasks_per_owner` the task that is to be forgotten first makes room. It does no I/O.
class child_tasks {
public:
    /// `account` pays for the ids; null for none. `bounds` must outlive it.
    child_tasks(const core::limits& bounds, core::memory_account_ptr account)
        : bounds_(bounds), charge_(std::move(account), core::memory_use::request) {}

    /// The id in the raw `created`, a CreateTaskResult; empty if it has none that is recorded.
    static std::string id_in(std::string_view created);
    /// Records the task that `maker` has made, from the raw `created`. The task has failed once `claim`, which may be null, is disputed.
    void record(child::link& maker, std::string_view created, core::clock::time_point now, std::shared_ptr<const task_claim> claim = nullptr);

    /// Records the state of the task `id`, from the raw members of `task`, a Task. Does nothing if the task is unknown.
    void update(std::string_view id, std::string_view task, core::clock::time_point now);
    /// The task `id` runs no more: the child has agreed to cancel it, or knows nothing of it.
    void end(std::string_view id);

    /// The link that the task `id` was made on; null if the task is unknown, or its process has ended.
    std::shared_ptr<child::link> maker_of(std::string_view id) const;

    /// The raw state of the task `id`, a DetailedTask without its braces, if its process has ended before it was done, or if another task has its id;
    /// empty otherwise.
    std::string failure_of(std::string_view id) const;

    /// True if the task `id` was recorded, whatever has become of it.
    bool has(std::string_view id) const { return entries_.contains(id); }
    /// Those of `ids` that are known, each once.
    std::vector<std::string> known(const std::vector<std::string>& ids) const;

    /// True if a task may still run.
    bool are_running() const;

    struct running_task {
        std::string id;
        std::shared_ptr<child::link> maker;
    };

    /// The tasks that may still run.
    std::vector<running_task> running() const;

    /// The child of `link` has ended. Returns the ids of its tasks that have failed by that.
    std::vector<std::string> lose(const child::link& link);

    /// Forgets the tasks whose time is over. To be called about once a second.
    void sweep(core::clock::time_point now);

private:
    struct entry;
    using entries = std::map<std::string, entry, std::less<>>;

    void make_room();
    void update_charge();

    struct entry {
        bool is_disputed() const { return claim && claim->is_disputed; }

        std::weak_ptr<child::link> maker;
        std::shared_ptr<const task_claim> claim;
        bool runs = true;
        bool has_failed = false;
        std::string created;  // the raw times of the task, by its own words
        std::string ttl;
        std::string lost;                    // the time of the failure
        core::clock::time_point deadline{};  // then it is forgotten
    };

    const core::limits& bounds_;
    entries entries_;
    core::memory_charge charge_;
};

}  // namespace bridge::era
