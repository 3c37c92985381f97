// An ordered sequence of messages towards one client.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/core/memory_budget.hpp"
#include "bridge/session/event_ring.hpp"

namespace bridge::session {

/// Holds the messages to a client until a reader takes them: the HTTP reply to one request or to a batch, or a GET of the general stream. At most one
/// reader is attached; a new one replaces it. A resumable stream gives each message a position, and keeps sent messages in the session's ring.
/// States:
///
///     open    messages and answers may arrive
///     ended   every owed answer has arrived, or was forgone; nothing more arrives
///
/// `push` refuses a message that cannot reach the client, so that the caller can handle it in another way.
class stream {
public:
    struct item {
        std::string text;
        std::uint64_t position = 0;  ///< position in the stream, from 1; a missing position stands for a lost message
        std::uint64_t asked = 0;     ///< the session's number of the server's request, if the item is one; 0 otherwise
        bool is_answer = false;
        std::optional<std::size_t> digest{};                     ///< set for a message that must not wait twice
        std::optional<std::chrono::milliseconds> retry_after{};  ///< set for an answer that only says when to retry
    };

    using reader = std::uint64_t;

    /// A stream that ends after `owed` answers; with 0 it ends only with `end`. `bounds` must outlive it. `account` pays for waiting items; null for
    /// none.
    stream(core::executor where, const core::limits& bounds, std::size_t owed, core::memory_account_ptr account = {})
        : bounds_(bounds), changed_(where), charge_(std::move(account), core::memory_use::stream), owed_(owed) {}

    /// Makes the stream resumable: its number in the session is `number`, and `ring`, which must outlive it, keeps the sent messages.
    void make_resumable(std::uint64_t number, event_ring& ring) { number_ = number, ring_ = &ring; }
    bool is_resumable() const { return ring_ != nullptr; }

    /// Holds messages for a later reader, even if the stream has never had a reader.
    void hold_messages() { holds_ = true; }

    /// Accepts only answers from now on, because the client cannot read a stream.
    void refuse_messages() { takes_messages_ = false; }
    bool takes_messages() const { return takes_messages_; }

    // ---- adding

    /// True if a message pushed now can reach the client, at once or when the client comes back.
    bool delivers() const;

    /// Adds a message. Returns false, and drops the message, if it cannot reach the client or the bound is reached.
    bool push(std::string text, std::uint64_t asked = 0);

    /// Adds an answer. It is never refused, because the number of requests is bounded already. For a client that is away, on a stream that does not
    /// end with its answers, a bound applies: an error replaces an answer beyond it. `retry_after` marks the answer as a temporary refusal; a reply
    /// that is not a stream then has status 503.
    void push_answer(std::string text, std::optional<std::chrono::milliseconds> retry_after = {});

    /// One of the owed answers will not come.
    void forgo_answer();

    void end();

    /// Removes the server's request `asked` if it has not been sent. Returns false if it has.
    bool withdraw(std::uint64_t asked);

    /// Adds a message unless an equal one that was added by this function waits to be sent. `digest` is its `digest_of`, which a caller with many
    /// streams computes once.
    void push_once(const std::string& text, std::size_t digest);
    static std::size_t digest_of(std::string_view text) {
        return text.size() > longest_compared ? not_compared : std::max<std::size_t>(std::hash<std::string_view>{}(text), 1);
    }

    /// Drops waiting items because memory is short and the client is away or does not read; keeps small messages and the server's requests. An error
    /// replaces each answer, and the client later learns how many messages were lost. Returns the number of bytes freed.
    std::size_t shed();

    /// Removes and returns the server's requests that wait to be sent.
    std::vector<item> take_requests();

    // ---- the reader

    reader attach();
    void detach(reader which);
    /// The reader's client has closed its side: it may still receive an answer, but no messages.
    void note_departure() { reader_left_ = true; }
    bool is_read_by(reader which) const { return which == reader_; }
    bool has_reader() const { return reader_ != 0; }
    /// True if a message pushed now goes out at once.
    bool is_live() const { return takes_messages_ && !ended_ && has_reader() && !reader_left_; }
    bool was_read() const { return last_reader_ != 0; }

    /// Removes and returns the items that wait to be sent, oldest first.
    std::vector<item> take();
    bool has_waiting() const { return !waiting_.empty(); }
    bool has_answer() const { return answer_bytes_ != 0; }

    /// True when too many answers wait for the client to read them; new requests are refused.
    bool is_choked() const;

    /// True if the ring keeps `which` after it was sent, so that it can be sent again.
    bool keeps(const item& which) const { return ring_ != nullptr && which.text.size() <= bounds_.replay_bytes; }

    /// To be called for each item of `take` that was written. Returns the text of the item if the ring does not keep it.
    std::string note_sent(item sent);

    /// True if a message waits. Only a stream of events can carry it.
    bool has_message() const;

    /// True if everything has arrived, and only answers wait: they need no stream of events.
    bool is_plain() const;
    bool has_ended() const { return ended_; }

    /// True if messages were dropped because the reader is too slow.
    bool has_overflowed() const { return overflowed_; }

    /// The id of the event at `position`.
    event_id id_at(std::uint64_t position) const { return {number_, position}; }
    std::uint64_t number() const { return number_; }
    std::uint64_t sent_position() const { return sent_; }

    /// Notified of new items, of the end, and of a change of the reader.
    core::event& changed() { return changed_; }

private:
    /// Notices that repeat are short. A longer text is not compared, because its digest alone would block the loop.
    static constexpr std::size_t longest_compared = 64 * 1024;
    static constexpr std::size_t not_compared = 0;

    bool holds(std::string_view text, std::size_t digest) const;
    bool has_room_for(std::size_t bytes) const;
    item take_out(std::vector<item>::iterator at);
    bool can_hold_answer(std::size_t bytes) const;
    void add(item made);
    void uncharge(const item& gone) { charge_.set(charge_.bytes() - cost_of(gone)); }
    static std::size_t cost_of(const item& each) { return sizeof(item) + core::capacity_of(each.text); }
    void settle_one();
    void retire();
    event_ring::event event_of(item which) const;

    const core::limits& bounds_;
    core::event changed_;
    core::memory_charge charge_;  // for waiting items
    std::vector<item> waiting_;
    std::unordered_set<std::size_t> digests_;  // the digests of those items of waiting_ that have one
    std::size_t waiting_bytes_ = 0;            // without answers
    std::size_t answer_bytes_ = 0;
    std::size_t owed_;
    std::uint64_t last_ = 0;  // the position used last
    std::uint64_t sent_ = 0;  // the position sent last
    std::uint64_t number_ = 0;
    event_ring* ring_ = nullptr;
    reader reader_ = 0;
    reader last_reader_ = 0;
    bool reader_left_ = false;
    bool takes_messages_ = true;
    bool holds_ = false;
    bool ended_ = false;
    bool overflowed_ = false;
};

}  // namespace bridge::session
