// The tools of a child, as far as the bridge must know them.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "bridge/child/wishes.hpp"
#include "bridge/core/single_flight.hpp"
#include "bridge/era/tool_parameters.hpp"
#include "bridge/session/child_assignment.hpp"

namespace bridge::era {

/// Asks a child for its tools, once, and again if the list has changed or a client calls a tool that is not in it.
class tool_list {
public:
    /// `account` pays for what is kept of the tools; null for none.
    explicit tool_list(core::memory_account_ptr account = {}) : found_(std::move(account)) {}

    /// The answers, from the last list.
    const tool_parameters& parameters() const { return found_; }

    /// True if nothing is known of the raw name `tool`, so that the headers of its call cannot be checked before `learn`.
    bool lacks(std::string_view tool, core::clock::time_point now) const { return !found_.has(tool) && now >= next_; }

    /// Asks a child of `assignment`, and waits for a few seconds at most. Starts no child once `is_wanted` returns false for all callers that wait.
    [[nodiscard]] static core::task<void> learn(std::shared_ptr<tool_list> self, core::executor executor,
                                                std::shared_ptr<session::child_assignment> assignment, std::function<bool()> is_wanted);

    /// The list has changed, or another child has another one.
    void forget();

private:
    void report() const;
    void report_unchecked() const;

    tool_parameters found_;
    child::wishes wishes_;  // of the callers of `learn`
    core::single_flight asking_;
    core::clock::time_point next_{};        // no child is asked before
    bool was_reported_ = false;             // the log says that the list is too large
    bool were_unchecked_reported_ = false;  // the log says that some headers are refused
};

}  // namespace bridge::era
