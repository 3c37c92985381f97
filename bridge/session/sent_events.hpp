// The part of a stream that was sent to the client.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "bridge/core/limits.hpp"
#include "bridge/session/event_ring.hpp"
#include "bridge/session/stream_item.hpp"

namespace bridge::session {

/// The position up to which a stream was sent. If the stream is resumable, it has a number, and the session's ring keeps what was sent.
class sent_events {
public:
    /// `bounds` must outlive it.
    explicit sent_events(const core::limits& bounds) : bounds_(bounds) {}

    /// Makes the stream resumable: its number in the session is `number`, and `ring`, which must outlive it, keeps the sent messages.
    void make_resumable(std::uint64_t number, event_ring& ring) { number_ = number, ring_ = &ring; }
    bool is_resumable() const { return ring_ != nullptr; }
    std::uint64_t number() const { return number_; }

    /// The id of the event at `position`.
    event_id id_at(std::uint64_t position) const { return {number_, position}; }
    std::uint64_t sent_position() const { return position_; }

    /// True if the ring keeps the item after it was sent, so that it can be sent again.
    bool keeps(const stream_item& sent) const { return ring_ != nullptr && sent.text.size() <= bounds_.replay_bytes; }

    /// To be called for each item that was written. Returns the text of the item if the ring does not keep it.
    std::string record_sent(stream_item sent) {
        position_ = sent.position;
        if (ring_ == nullptr) return std::move(sent.text);
        return ring_->add(event_of(std::move(sent)));
    }

protected:
    /// Keeps an item that the client was never sent, because it was away when the stream ended.
    void record_unseen(stream_item unseen) {
        position_ = unseen.position;
        if (ring_ != nullptr) ring_->add_unseen(event_of(std::move(unseen)));
    }

private:
    event_ring::event event_of(stream_item sent) const {
        return {.id = id_at(sent.position), .text = std::move(sent.text), .is_answer = sent.is_answer, .asked = sent.asked};
    }

    const core::limits& bounds_;
    std::uint64_t position_ = 0;
    std::uint64_t number_ = 0;
    event_ring* ring_ = nullptr;
};

}  // namespace bridge::session
