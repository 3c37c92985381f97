// The owners of the tasks of a shared child.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::session {

/// A shared child knows one client only, and would let any client list, read and cancel every task. So the bridge records the owner of each task
/// (specification 2025-11-25, Tasks, "Task Isolation and Access Control"). The owner is a principal, or a session where a principal is not one
/// person. `limits::tasks_per_owner` bounds the tasks of each owner, and `most_owners_full` times as many the tasks of all. At a bound the bridge
/// forgets the oldest task of the owner, or of the owner that has the most. It also forgets a task whose ttl is over.
class task_owners {
public:
    /// The number of owners that can each have the maximum number of tasks. Beyond that, the owner that has the most loses some.
    static constexpr std::size_t most_owners_full = 16;
    /// Tasks with longer ids are not recorded, and so are unknown. UUIDs have 36 bytes.
    static constexpr std::size_t longest_id = 256;
    /// The longest raw JSON string that can spell such an id: all escapes. Longer strings need not be decoded.
    static constexpr std::size_t longest_raw_id = 6 * longest_id + 2;

    struct task {
        std::string owner;
        std::string session;  ///< the session that created the task
        std::optional<core::clock::time_point> until;
    };

    /// `bounds` must outlive it.
    explicit task_owners(const core::limits& bounds) : bounds_(bounds) {}

    /// Records that the task `id` was created for `owner` in `session`, and may be forgotten after `ttl`. Returns false if it belongs to another
    /// owner: the server's answer to one client must not take a task away from another client.
    bool add(std::string_view id, std::string_view owner, std::string_view session, std::optional<std::chrono::milliseconds> ttl,
             core::clock::time_point now);

    /// The task of that id; null if it is not known.
    const task* find(std::string_view id, core::clock::time_point now) const;

    bool is_owned(std::string_view id, std::string_view owner, core::clock::time_point now) const;

    /// Forgets all tasks of an owner that no longer exists.
    void remove_owner(std::string_view owner);

    /// Forgets all tasks, because their child has ended.
    void clear();

    std::size_t size() const { return tasks_.size(); }

private:
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using ids = std::deque<const std::string*>;  // oldest first; they point to the keys of `tasks_`

    void remove(std::string_view id);
    void remove_oldest(ids& owned);
    void make_room(std::string_view owner);

    const core::limits& bounds_;
    std::unordered_map<std::string, task, text_hash, std::equal_to<>> tasks_;
    std::map<std::string, ids, std::less<>> by_owner_;  // no list is empty
};

}  // namespace bridge::session
