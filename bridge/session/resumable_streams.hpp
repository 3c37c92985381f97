// The streams of a session that its client can resume.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bridge/session/event_ring.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::session {

/// Numbers the streams of the client's requests, from 1, and keeps their sent events in one ring. It does not keep the streams alive.
class resumable_streams {
public:
    /// `bounds` must outlive it. `account` pays for the events; null for none.
    resumable_streams(const core::limits& bounds, const core::memory_account_ptr& account) : ring_(bounds, account) {}

    /// Makes `general` resumable, with the number 0. `find` does not return it: the caller keeps it.
    void add_general(stream& general) { general.make_resumable(0, ring_); }

    /// Makes `request_stream` resumable, if it is not yet.
    void add(const std::shared_ptr<stream>& request_stream);

    /// The stream of that number; null if it no longer exists.
    std::shared_ptr<stream> find(std::uint64_t number) const;

    /// The events after `last` that were sent on its stream.
    std::vector<event_ring::event> missed(event_id last) const { return ring_.after(last); }

    /// See `event_ring::find_request` and `event_ring::forget_request`.
    std::optional<event_id> find_request(std::uint64_t asked) const { return ring_.find_request(asked); }
    void forget_request(std::uint64_t asked) { ring_.forget_request(asked); }

    /// True if a message waits on any of the streams.
    bool has_waiting() const;

    /// Drops the messages and events of a client that is away. Returns the number of bytes freed.
    std::size_t shed();

private:
    event_ring ring_;
    std::vector<std::weak_ptr<stream>> streams_;  // `add` removes expired ones
    std::uint64_t last_number_ = 0;
};

}  // namespace bridge::session
