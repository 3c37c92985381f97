// The calls on one link that have become tasks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::child {

/// Receives the progress of a call that the child has answered with a task. The call keeps its progress token until the task ends (specification
/// 2025-11-25, Progress, rule 3).
class task_sink {
public:
    virtual ~task_sink() = default;

    /// A progress notification of the child with the token of the call.
    virtual void on_progress(const jsonrpc::envelope& message) = 0;
};

/// Maps the number of each such call to its sink. It keeps no sink alive: the owner of a sink bounds their number, and releases a sink when its task
/// has ended.
class task_calls {
public:
    /// Adds the call `number`, if `sink` is not null.
    void add(std::uint64_t number, const std::shared_ptr<task_sink>& sink) {
        if (!sink) return;
        if (sinks_.size() >= looked_through_at_) {
            std::erase_if(sinks_, [](const auto& each) { return each.second.expired(); });
            looked_through_at_ = 2 * sinks_.size() + few;
        }
        sinks_[number] = sink;
    }

    /// The sink of a call; null if the call is no task that runs.
    std::shared_ptr<task_sink> find(std::uint64_t number) const {
        const auto at = sinks_.find(number);
        return at == sinks_.end() ? nullptr : at->second.lock();
    }

    /// The number of calls that are kept. Some of their sinks may be gone, but never many more than are there.
    std::size_t size() const { return sinks_.size(); }

private:
    static constexpr std::size_t few = 64;

    std::unordered_map<std::uint64_t, std::weak_ptr<task_sink>> sinks_;
    std::size_t looked_through_at_ = few;  // the size at which sinks that are gone are removed, so that an addition costs O(1) on average
};

}  // namespace bridge::child
