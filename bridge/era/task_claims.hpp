// The tasks of one child by the principals for whom it has made them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace bridge::era {

/// One task of a child. The claim lives for as long as a client knows the task.
struct task_claim {
    std::string principal;
    bool is_disputed = false;  ///< the child has given the id to a task of another principal, too
};

/// A child must give each task an id of its own. If a child gives one id to the tasks of two principals, a state with that id can be that of either
/// task, and an answer can reach either one. So neither principal may use the id. It does no I/O.
class task_claims {
public:
    /// The child has made the task `id` for `principal`. Returns null if the task of another principal has that id: both are disputed.
    std::shared_ptr<task_claim> claim(std::string_view id, std::string_view principal);

    /// The number of ids that are kept.
    std::size_t size() const { return all_.size(); }

private:
    std::map<std::string, std::weak_ptr<task_claim>, std::less<>> all_;
    std::size_t next_look_ = 64;  // with so many ids, those that nobody knows any more are removed
};

}  // namespace bridge::era
