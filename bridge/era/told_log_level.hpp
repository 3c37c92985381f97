// The log level that a child was told for its client.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "bridge/child/wishes.hpp"
#include "bridge/core/single_flight.hpp"
#include "bridge/mcp/log_level.hpp"
#include "bridge/session/child_assignment.hpp"

namespace bridge::era {

/// Tells the child of one client the most verbose level that any of its requests has asked for. The bridge then chooses what each request gets. At
/// most one request for that is open, and it does not outlive the stay of the client.
class told_log_level {
public:
    explicit told_log_level(core::executor executor) : executor_(executor) {}

    /// True if the child must be told the level `wanted`, or is being told one, so that a call with that level has to wait for `set`: a server that
    /// handles requests side by side could serve the call before the level holds. False if there is no child: its start tells the level.
    bool must_precede(const session::child_assignment& assignment, mcp::log_level wanted) const;

    /// Tells the child the level `wanted`, and waits for its answer for two seconds at most, only once for a child that does not answer. Starts no
    /// child once `is_wanted` returns false for all callers that wait.
    [[nodiscard]] static core::task<void> set(std::shared_ptr<told_log_level> self, std::shared_ptr<session::child_assignment> assignment,
                                              mcp::log_level wanted, std::function<bool()> is_wanted);

    /// A request with the level `wanted` is sent. Its child is told at once if it is there and does not know the level, and otherwise with its start.
    void raise(session::child_assignment& assignment, mcp::log_level wanted);

    /// No request of the client is in flight any more: cancels the bridge's request if the child has not answered it.
    void give_up();

private:
    class answer;

    bool lacks(const session::child_assignment& assignment, mcp::log_level wanted) const;
    void record(session::child_assignment& assignment, mcp::log_level wanted);
    void tell(child::link& told);
    void cancel(const char* reason);

    core::executor executor_;
    std::optional<mcp::log_level> level_;
    std::weak_ptr<child::link> told_;
    std::weak_ptr<child::link> silent_;  // has not answered in time
    std::shared_ptr<answer> answer_;     // to the last request; null if there was none
    core::single_flight setting_;        // `set` waits for a child, or for its answer
    child::wishes wishes_;               // of the callers of `set`
};

}  // namespace bridge::era
