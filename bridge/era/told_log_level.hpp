// The log level that a child was told for its client.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "bridge/child/call_sink.hpp"
#include "bridge/mcp/log_level.hpp"
#include "bridge/session/child_assignment.hpp"

namespace bridge::era {

/// Tells the child of one client the most verbose level that any of its requests has asked for. The bridge then chooses what each request gets. At
/// most one request for that is open, and it does not outlive the stay of the client.
class told_log_level {
public:
    /// A request wants the log lines of level `wanted`. Its child is told at once if it is there, and otherwise with its start.
    void raise(session::child_assignment& assignment, mcp::log_level wanted);

    /// No request of the client is in flight any more: cancels the bridge's request if the child has not answered it.
    void give_up();

private:
    void cancel(const char* reason);

    std::optional<mcp::log_level> level_;
    std::weak_ptr<child::link> told_;
    std::shared_ptr<child::silent_sink> answer_;  // of the last request; null if there was none
    std::uint64_t number_ = 0;                    // of that request
};

}  // namespace bridge::era
