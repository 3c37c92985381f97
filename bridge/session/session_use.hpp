// The use of a session, and its times.
#pragma once

#include <algorithm>

#include "bridge/child/idle_clients.hpp"
#include "bridge/core/event.hpp"
#include "bridge/mcp/request_kind.hpp"

namespace bridge::session {

/// Records how a client uses its session. From this record the bridge chooses the sessions that end, or sleep, to make room for others.
class session_use {
public:
    /// The kind of requests that the client has sent since `initialize`; it never decreases. `listed`: only those of `mcp::only_lists`.
    using extent = child::extent_of_use;

    explicit session_use(core::clock::time_point now) : last_used_(now), idle_since_(now), last_read_(now) {}

    /// The client sent a message.
    void on_message(core::clock::time_point now) { last_used_ = idle_since_ = now; }

    /// That message was a request.
    void on_request(mcp::request_kind request) {
        if (request == mcp::request_kind::initialize) return;
        extent_ = std::max(extent_, mcp::only_lists(request) ? extent::listed : extent::worked);
    }

    /// The client was told something about its server before it has sent a request that the server gets.
    void on_first_answer() { was_answered_ = true; }
    bool was_answered() const { return was_answered_ || extent_ != extent::none; }

    /// The client received something that it had waited for.
    void on_answer(core::clock::time_point now) { idle_since_ = now; }

    /// The client begins to read its general stream.
    void on_reader(core::clock::time_point now) { last_used_ = last_read_ = now; }

    /// The state at `now`. `is_busy`: a call is in flight or the general stream is read. `is_read`: the general stream is read.
    void on_sweep(core::clock::time_point now, bool is_busy, bool is_read) {
        if (is_busy) last_used_ = now;
        if (is_read) last_read_ = now;
    }

    extent so_far() const { return extent_; }
    core::clock::time_point last_used() const { return last_used_; }

    /// The time since which the client has had nothing in flight and has sent nothing.
    core::clock::time_point idle_since() const { return idle_since_; }

    /// The time at which the general stream was last known to have a reader.
    core::clock::time_point last_read() const { return last_read_; }

private:
    extent extent_ = extent::none;
    bool was_answered_ = false;
    core::clock::time_point last_used_;
    core::clock::time_point idle_since_;
    core::clock::time_point last_read_;
};

}  // namespace bridge::session
