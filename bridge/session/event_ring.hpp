// The sent events of resumable streams, kept for clients that lose their connection.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "bridge/core/limits.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/session/event_id.hpp"

namespace bridge::session {

/// Keeps the last events of all resumable streams of one session. `limits::replay_events` and `limits::replay_bytes` bound it; the oldest events are
/// evicted. When the ring evicts an answer, or an answer is too large for it, an error that says so replaces the answer, until the error is evicted,
/// too.
class event_ring {
public:
    struct event {
        event_id id;
        std::string text;  ///< empty for an event without a message
        bool is_answer = false;
        std::uint64_t asked = 0;  ///< as in `stream_item`
    };

    /// `bounds` must outlive it. `account` pays for the events; null for none.
    explicit event_ring(const core::limits& bounds, core::memory_account_ptr account = {})
        : bounds_(bounds), charge_(std::move(account), core::memory_use::replay) {}

    /// Adds an event. Returns its text if that is too large to be kept.
    std::string add(event new_event);

    /// Adds an event that the client was never sent, because it was away. The ring keeps an answer that is too large for it apart, within
    /// `limits::stream_bytes` for all such answers.
    void add_unseen(event new_event);

    /// The id of the kept event that carried the server's request `asked`; nothing if the ring does not keep it.
    std::optional<event_id> find_request(std::uint64_t asked) const;

    /// Drops the text of that event, because the request goes on another stream: "The server MUST NOT replay messages that would have been delivered
    /// on a different stream" (specification 2025-11-25, Transports). The event keeps its position.
    void forget_request(std::uint64_t asked);

    /// Copies of the kept events after `last` on its stream, oldest first.
    std::vector<event> after(event_id last) const;

    /// Drops all events because memory is short, and replaces answers by errors as long as those fit. Returns the number of bytes freed.
    std::size_t shed();

    std::size_t size() const { return events_.size() + substitutes_.size(); }
    std::size_t bytes() const { return bytes_; }

private:
    bool is_over() const { return size() > bounds_.replay_events || bytes_ > bounds_.replay_bytes; }
    void keep(std::deque<event>& queue, event new_event);
    event drop_oldest(std::deque<event>& queue);
    void make_room();
    event remove_oldest_large();

    const core::limits& bounds_;
    core::memory_charge charge_;
    std::deque<event> large_unseen_;
    std::size_t large_unseen_bytes_ = 0;
    std::deque<event> events_;
    std::deque<event> substitutes_;
    std::size_t bytes_ = 0;  // of events_ and substitutes_
    std::size_t substitute_bytes_ = 0;
};

}  // namespace bridge::session
