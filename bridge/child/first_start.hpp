// One start of a process, which the first process can hold up.
#pragma once

#include <memory>
#include <optional>

#include "bridge/child/first_process.hpp"
#include "bridge/child/refusal.hpp"

namespace bridge::child {

/// One start of a process, from the decision to make it until there is a link.
class first_process::start {
public:
    /// A start of a trial waits in front of the others. `first` must outlive the object.
    start(first_process& first, bool is_trial) : first_(first), is_trial_(is_trial), called_(first.executor_) {}
    ~start();
    start(const start&) = delete;
    start& operator=(const start&) = delete;

    /// Returns true if the process may be started now: as the first one, beside others that have answered, or after the longest wait.
    bool begin();

    /// Waits until `begin` may return something else. Returns a refusal if `owner` does not need the process any more, or the bridge stops.
    [[nodiscard]] core::task<std::optional<refusal>> wait(std::weak_ptr<link_owner> owner);

    /// The process is started, or a warm one was taken for it.
    void attach(const std::shared_ptr<link>& acquired);

private:
    friend class first_process;

    first_process& first_;
    bool is_trial_;
    std::weak_ptr<link_owner> owner_;
    bool is_withdrawn_ = false;
    std::optional<core::clock::time_point> deadline_;  // of all waits together
    core::event called_;
};

}  // namespace bridge::child
