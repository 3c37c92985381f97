// What a session was used for, and when.
#pragma once

#include <algorithm>

#include "bridge/core/event.hpp"
#include "bridge/mcp/request_kind.hpp"

namespace bridge::session {

/// Records how a client uses its session. By that the bridge chooses the sessions that end, or sleep, to make room for others.
class session_use {
public:
    /// What the client has asked of its server since `initialize`; never less than before.
    enum class extent {
        none,    ///< nothing
        listed,  ///< only what leaves nothing behind in the server: `mcp::only_lists`
        worked,  ///< anything else
    };

    explicit session_use(core::clock::time_point now) : last_used_(now), idle_since_(now), last_read_(now) {}

    /// The client sent a message.
    void on_message(core::clock::time_point now) { last_used_ = idle_since_ = now; }

    /// That message was a request.
    void on_request(mcp::request_kind request) {
        if (request == mcp::request_kind::initialize) return;
        extent_ = std::max(extent_, mcp::only_lists(request) ? extent::listed : extent::worked);
    }

    /// The client got something that it had waited for.
    void on_answer(core::clock::time_point now) { idle_since_ = now; }

    /// The client begins to read its general stream.
    void on_reader(core::clock::time_point now) { last_used_ = last_read_ = now; }

    /// What is true at `now`: a call is in flight or the general stream is read; the general stream is read.
    void on_sweep(core::clock::time_point now, bool is_busy, bool is_read) {
        if (is_busy) last_used_ = now;
        if (is_read) last_read_ = now;
    }

    extent so_far() const { return extent_; }
    core::clock::time_point last_used() const { return last_used_; }

    /// Since when the client has had nothing in flight and asked nothing.
    core::clock::time_point idle_since() const { return idle_since_; }

    /// When the general stream was last seen to have a reader.
    core::clock::time_point last_read() const { return last_read_; }

private:
    extent extent_ = extent::none;
    core::clock::time_point last_used_;
    core::clock::time_point idle_since_;
    core::clock::time_point last_read_;
};

}  // namespace bridge::session
