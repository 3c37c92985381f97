// The streams of a session that its client can come back to.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bridge/session/event_ring.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::session {

/// Numbers the streams of the client's requests, from 1, and keeps what was sent on them in one ring. It does not keep the streams alive.
class resumable_streams {
public:
    /// `bounds` must outlive it. `account` pays for what is kept; null for nobody.
    resumable_streams(const core::limits& bounds, const core::memory_account_ptr& account) : ring_(bounds, account) {}

    /// Makes `general`, which gets the number 0, resumable. The caller keeps it, and finds it by itself.
    void add_general(stream& general) { general.make_resumable(0, ring_); }

    /// Makes `request_stream` resumable, if it is not yet.
    void add(const std::shared_ptr<stream>& request_stream);

    /// The stream of that number, null if it is not there any more.
    std::shared_ptr<stream> find(std::uint64_t number) const;

    /// The events that were sent behind `last` on its stream.
    std::vector<event_ring::event> missed(event_id last) const { return ring_.after(last); }

    /// True if something waits to be read on one of them.
    bool has_waiting() const;

    /// Gives up what is kept for a client that is away. Returns how many bytes that freed.
    std::size_t shed();

private:
    event_ring ring_;
    std::vector<std::weak_ptr<stream>> streams_;  // `add` removes expired ones
    std::uint64_t last_number_ = 0;
};

}  // namespace bridge::session
