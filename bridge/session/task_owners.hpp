// Whose the tasks of a shared child are.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::session {

/// A shared child knows one client only, and would let any client list, read and cancel every task. So the bridge notes whose each is
/// (specification 2025-11-25, Tasks, "Task Isolation and Access Control"): an owner is a principal, or a session where principals are not
/// distinct people. Bounded for each owner by `limits::tasks_per_owner`, and by `most_owners_full` times as many for all: the oldest of
/// the owner, or of the owner that has most, makes room, and is unknown then. A task is also forgotten when its ttl is over.
class task_owners {
public:
    /// Owners that can have as many tasks as one may, before the owner that has most gives up some.
    static constexpr std::size_t most_owners_full = 16;
    /// Longer ids are not noted, so that such a task is unknown. UUIDs have 36 bytes.
    static constexpr std::size_t longest_id = 256;
    /// The longest raw JSON string that can spell such an id: all escapes. What is longer need not be decoded.
    static constexpr std::size_t longest_raw_id = 6 * longest_id + 2;

    struct task {
        std::string owner;
        std::string session;  ///< that created it
        std::optional<core::clock::time_point> until;
    };

    /// `bounds` must outlive it.
    explicit task_owners(const core::limits& bounds) : bounds_(bounds) {}

    /// The task `id` was created for `owner` in `session`, and may be forgotten `ttl` later. False if it is another owner's already: what
    /// the server answers to one client must not take a task away from another.
    bool add(std::string_view id, std::string_view owner, std::string_view session, std::optional<std::chrono::milliseconds> ttl,
             core::clock::time_point now);

    /// The task of that id, null if none is known.
    const task* find(std::string_view id, core::clock::time_point now) const;

    bool is_owned(std::string_view id, std::string_view owner, core::clock::time_point now) const;

    /// Forgets all tasks of an owner that is no more.
    void remove_owner(std::string_view owner);

    /// The child that had them has ended.
    void clear();

    std::size_t size() const { return tasks_.size(); }

private:
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using ids = std::deque<const std::string*>;  // oldest first; they point to the keys of `tasks_`

    void remove(std::string_view id);
    void remove_oldest(ids& of);
    void make_room(std::string_view owner);

    const core::limits& bounds_;
    std::unordered_map<std::string, task, text_hash, std::equal_to<>> tasks_;
    std::map<std::string, ids, std::less<>> by_owner_;  // none is empty
};

}  // namespace bridge::session
