// The stations in the life of a child.
#pragma once

#include <optional>

#include "bridge/child/call_sink.hpp"
#include "bridge/core/event.hpp"

namespace bridge::child {

/// When a child was started and opened, and whether it got and answered calls. The base of every link.
class child_life {
public:
    /// The time at which the link was made, which is the time at which the child was started.
    core::clock::time_point started_at() const { return started_at_; }

    /// The time at which the handshake was done.
    const std::optional<core::clock::time_point>& opened_at() const { return opened_at_; }
    void record_opened(core::clock::time_point now) { opened_at_ = now; }

    /// True if the child got, or has answered, a call of a client. Calls that the bridge makes for itself do not count.
    bool was_called() const { return was_called_; }
    bool has_answered_calls() const { return has_answered_; }

    /// True if the child has read all that was sent to it, as far as that is known. A child that has not may still be starting.
    virtual bool has_read_input() const { return false; }

protected:
    child_life() = default;
    ~child_life() = default;

    void record_call(const call_sink& sink) { was_called_ = was_called_ || sink.is_for_client(); }
    void record_answer(const call_sink& sink) { has_answered_ = has_answered_ || sink.is_for_client(); }

private:
    const core::clock::time_point started_at_ = core::clock::now();
    std::optional<core::clock::time_point> opened_at_;
    bool was_called_ = false;
    bool has_answered_ = false;
};

}  // namespace bridge::child
