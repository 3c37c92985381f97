// A task of the modern era, as its client sees it.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/core/event.hpp"
#include "bridge/core/guarded_state.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/era/task_text.hpp"

namespace bridge::era {

/// The status of a task (extension `io.modelcontextprotocol/tasks`, revision 2026-07-28, Task Status). The last three are final.
enum class task_status { working, input_required, completed, failed, cancelled };

/// A call that goes on after its client got a handle of it instead of its result. The client asks for the state of the task by its id, which is the
/// bridge's own: 128 random bits. It does no I/O.
class background_task {
public:
    using change = core::state_change<task_status>;
    static constexpr std::array changes{
        change{task_status::working, task_status::input_required}, change{task_status::input_required, task_status::working},
        change{task_status::working, task_status::completed},      change{task_status::working, task_status::failed},
        change{task_status::working, task_status::cancelled},      change{task_status::input_required, task_status::completed},
        change{task_status::input_required, task_status::failed},  change{task_status::input_required, task_status::cancelled}};

    /// A task that begins now. It may run for `limits::task_time`, and is kept for `limits::task_keep` afterwards. `server` is the raw description of
    /// the server, empty if it is unknown. `account` pays for its texts; null for none. `bounds` must outlive it.
    background_task(std::string_view server, const core::limits& bounds, core::memory_account_ptr account);

    const std::string& id() const { return id_; }
    task_status status() const { return status_.now(); }
    bool has_ended() const { return ended_at_ != core::clock::time_point::max(); }

    /// The time at which it must have ended; once it has ended, the time at which it is forgotten.
    core::clock::time_point deadline() const { return deadline_; }

    /// The child asks the client `requests`, a raw object as `inputRequests` of the protocol; empty: it asks nothing. Returns true if that is new.
    bool ask(std::string requests);

    /// The call was answered with `answer`, a whole JSON-RPC response on one line, for which `charge` pays. Empty: it was cancelled.
    void end(std::string answer, core::memory_charge charge);

    /// The raw answer to the request that has become the task: a CreateTaskResult.
    std::string handle() const;

    /// The raw answer to `tasks/get`: a GetTaskResult.
    task_text details() const;

    /// The members of the state that `tasks/get` and notifications show: a DetailedTask, without its braces.
    std::string members() const;
    /// About the bytes of `members`.
    std::size_t length() const { return requests_->size() + contents_.size(); }

    /// The memory for the result, in bytes.
    std::size_t cost() const { return charge_.bytes(); }

    /// The client was told how the task has ended.
    void mark_seen() { was_seen_ = was_seen_ || has_ended(); }
    bool was_seen() const { return was_seen_; }

private:
    void update_charge();
    task_text state() const;
    std::string common_members() const;
    std::string meta() const;

    const core::limits& bounds_;
    std::string id_;
    std::string server_;
    core::guarded_state<task_status, changes> status_{task_status::working};
    std::chrono::system_clock::time_point created_;
    std::chrono::system_clock::time_point updated_;
    std::chrono::milliseconds ttl_;
    core::clock::time_point deadline_;
    core::clock::time_point ended_at_ = core::clock::time_point::max();
    std::shared_ptr<const std::string> requests_ = std::make_shared<const std::string>();
    std::shared_ptr<const std::string> answer_ = std::make_shared<const std::string>();
    std::string_view contents_;  // the result or the error, in answer_
    core::memory_charge charge_;
    bool was_seen_ = false;
};

}  // namespace bridge::era
