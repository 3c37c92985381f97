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

/// Holds what is to be sent to a client until a reader takes it: the HTTP reply of one request, of a batch, or a
/// session's general stream (GET). At most one reader is attached; a new one replaces it. A stream that is resumable
/// gives each message a position and, once it is sent, keeps it in the session's ring. States:
///
///     open    messages and answers may come
///     ended   every answer that was owed is there, or was forgone; nothing more comes
///
/// A message that cannot reach the client is refused by `push`, so that the caller can do something else with it.
class stream {
public:
    struct item {
        std::string text;
        std::uint64_t position = 0;  ///< in the stream, from 1; one that is missing was lost
        std::uint64_t asked = 0;     ///< the session's number of the server's request that this is; 0 if it is none
        bool is_answer = false;
        std::optional<std::size_t> digest{};                     ///< of a message that is not to wait twice
        std::optional<std::chrono::milliseconds> retry_after{};  ///< of an answer that only says when to ask again
    };

    using reader = std::uint64_t;

    /// Ends after `owed` answers; 0 for a stream that ends only with `end`. `bounds` must outlive it. `account` pays for what waits; null for
    /// nobody.
    stream(core::executor where, const core::limits& bounds, std::size_t owed, core::memory_account_ptr account = {})
        : bounds_(bounds), changed_(where), charge_(std::move(account), core::memory_use::stream), owed_(owed) {}

    /// Makes it resumable: it is the session's stream `number`, and what it sends is kept in `ring`, which must outlive it.
    void make_resumable(std::uint64_t number, event_ring& ring) { number_ = number, ring_ = &ring; }
    bool is_resumable() const { return ring_ != nullptr; }

    /// Messages wait for a reader to come even if none ever was here.
    void hold_messages() { holds_ = true; }

    /// The client takes answers only, because it cannot read a stream.
    void refuse_messages() { takes_messages_ = false; }
    bool takes_messages() const { return takes_messages_; }

    // ---- what comes in

    /// True if a message pushed now can reach the client, at once or when it comes back.
    bool delivers() const;

    /// Adds a message. False if it cannot reach the client or the bound is reached; then it is gone.
    bool push(std::string text, std::uint64_t asked = 0);

    /// Adds an answer. It is never refused: what is asked is bounded already. But what a client gets that is away, on a
    /// stream that does not end with its answers, is kept within bounds: an error takes the place of one beyond them.
    /// With `retry_after` the answer is a refusal for the moment, which a reply that is not a stream says with status 503.
    void push_answer(std::string text, std::optional<std::chrono::milliseconds> retry_after = {});

    /// One of the answers owed will not come.
    void forgo_answer();

    void end();

    /// Takes back the server's request `asked` if it has not been sent. False if it has.
    bool withdraw(std::uint64_t asked);

    /// Adds a message unless one of exactly this text that was added in this way waits to be sent. `digest` is its `digest_of`: who tells
    /// many streams the same computes it once.
    void push_once(const std::string& text, std::size_t digest);
    static std::size_t digest_of(std::string_view text) {
        return text.size() > longest_compared ? not_compared : std::max<std::size_t>(std::hash<std::string_view>{}(text), 1);
    }

    /// Memory is short, and the client away or not reading: gives up what waits, but for small messages and the server's requests. An error takes
    /// the place of each answer; of messages the client is told later how many were lost. How many bytes that freed.
    std::size_t shed();

    /// Removes and returns the server's requests that wait.
    std::vector<item> take_requests();

    // ---- the reader

    reader attach();
    void detach(reader which);
    /// The reader's client has closed its side: it may still take an answer, but no messages.
    void note_departure() { reader_left_ = true; }
    bool is_read_by(reader which) const { return which == reader_; }
    bool has_reader() const { return reader_ != 0; }
    /// True if a message pushed now goes out at once.
    bool is_live() const { return takes_messages_ && !ended_ && has_reader() && !reader_left_; }
    bool was_read() const { return last_reader_ != 0; }

    /// What waits to be sent, oldest first.
    std::vector<item> take();
    bool has_waiting() const { return !waiting_.empty(); }
    bool has_answer() const { return answer_bytes_ != 0; }

    /// So much of what was asked is answered and not yet read that nothing more should be asked.
    bool is_choked() const;

    /// True if `which` is kept after it was sent, so that it can be sent again.
    bool keeps(const item& which) const { return ring_ != nullptr && which.text.size() <= bounds_.replay_bytes; }

    /// To be told of each item that was taken and is written. Gives its text back if it is not kept.
    std::string note_sent(item sent);

    /// A message waits, which only a stream can carry.
    bool has_message() const;

    /// All is there, and nothing but answers: they need no stream.
    bool is_plain() const;
    bool has_ended() const { return ended_; }

    /// Messages had to be dropped, because the reader takes them more slowly than they come.
    bool has_overflowed() const { return overflowed_; }

    /// The name of the event at `position`.
    event_id id_at(std::uint64_t position) const { return {number_, position}; }
    std::uint64_t number() const { return number_; }
    std::uint64_t sent_position() const { return sent_; }

    /// Notified of items, the end and a change of the reader.
    core::event& changed() { return changed_; }

private:
    /// Notices that say the same are short. A longer text is not compared, as its digest alone would hold the loop up.
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
    core::memory_charge charge_;  // of what waits
    std::vector<item> waiting_;
    std::unordered_set<std::size_t> digests_;  // of those of waiting_ that have one
    std::size_t waiting_bytes_ = 0;            // of messages
    std::size_t answer_bytes_ = 0;
    std::size_t owed_;
    std::uint64_t last_ = 0;  // the position given out last
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
