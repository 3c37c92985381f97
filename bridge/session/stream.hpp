// An ordered sequence of messages towards one client.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/event.hpp"
#include "bridge/session/sent_events.hpp"
#include "bridge/session/stream_state.hpp"
#include "bridge/session/waiting_items.hpp"

namespace bridge::session {

/// Holds the messages to a client until a reader sends them: the HTTP reply to one request or to a batch, or a GET of the general stream. At most one
/// reader is attached; a new one replaces it. `stream_state` and `reader_state` have the states.
///
/// `push` refuses a message that cannot reach the client, so that the caller can handle it in another way.
class stream : public sent_events {
public:
    using item = stream_item;
    using reader = std::uint64_t;

    /// Ends after `owed` answers; with 0 only with `end`. `bounds` must outlive it. `account`, if not null, pays for waiting items.
    stream(core::executor loop_executor, const core::limits& bounds, std::size_t owed, core::memory_account_ptr account = {})
        : sent_events(bounds), changed_(loop_executor), waiting_(bounds, std::move(account)), owed_(owed) {}

    /// Holds messages for a later reader, even if the stream has never had a reader.
    void hold_messages() { holds_ = true; }

    /// Accepts only answers from now on, because the client cannot read a stream.
    void refuse_messages() { accepts_messages_ = false; }
    bool accepts_messages() const { return accepts_messages_; }
    // ---- adding
    /// True if a message pushed now can reach the client, at once or when the client comes back.
    bool delivers() const;
    /// True if a message of so many bytes does not reach the bound.
    bool has_room(std::size_t bytes) const { return waiting_.has_room_for_message(bytes, has_reader() || is_reader_expected_); }

    /// Adds a message. Returns false, and drops the message, if it cannot reach the client or the bound is reached.
    bool push(std::string text, std::uint64_t asked = 0);

    /// Adds an answer. It is never refused, because the number of requests is bounded already. If the client is away and the stream does not end with
    /// its answers, an error replaces an answer beyond the bound. A refusal with `retry_after` has status 503 unless the reply is a stream.
    void push_answer(std::string text, std::optional<std::chrono::milliseconds> retry_after = {});

    /// One of the owed answers will not come.
    void forgo_answer();
    void end();
    /// True if the server's request `asked` waits to be sent. `withdraw` removes and returns it then.
    bool has_request(std::uint64_t asked) const { return waiting_.has_request(asked); }
    std::optional<item> withdraw(std::uint64_t asked);
    /// Removes and returns everything that waits to be sent, except answers.
    std::vector<item> remove_messages();

    /// Adds a message unless an equal one that this function added waits. `digest` is its `digest_of`; a caller with many streams computes it once.
    void push_once(std::string text, std::size_t digest);
    static std::size_t digest_of(std::string_view text) { return waiting_items::digest_of(text); }

    /// Drops waiting items because memory is short and the client is away or does not read; keeps small answers and the server's requests. An error
    /// replaces each other answer, and the client later learns how many messages were lost. Returns the number of bytes freed.
    std::size_t shed();

    // ---- the reader
    /// A reader attaches in this turn, so as much as it can take may be pushed already.
    void expect_reader() { is_reader_expected_ = true; }
    reader attach();
    void detach(reader former_reader);
    /// The client has closed its side: it may still receive an answer, but no messages.
    void record_departure();
    /// Uses up one position for an event without a message, and returns the id of that event. Nothing may wait.
    event_id mark_position();
    bool is_read_by(reader candidate) const { return candidate == reader_; }
    bool has_reader() const { return reader_ != 0; }
    /// True if the client gets what is pushed: it reads the stream, or can come back to it and has read it before.
    bool reaches_client() const { return is_live() || (is_resumable() && was_read() && !has_ended()); }
    /// True if a message pushed now goes out at once.
    bool is_live() const { return accepts_messages_ && !has_ended() && reading_.is(reader_state::attached); }
    bool was_read() const { return !reading_.is(reader_state::none); }

    /// Removes and returns the items that wait to be sent, oldest first.
    std::vector<item> remove_waiting() { return waiting_.remove_all(); }
    bool has_waiting() const { return !waiting_.is_empty(); }
    bool has_answer() const { return waiting_.has_answer(); }
    /// True when too many answers wait for the client to read them; new requests are refused.
    bool is_choked() const { return owed_ == 0 && waiting_.has_too_many_answers(); }
    /// True if a message waits. Only a stream of events can carry it.
    bool has_message() const { return waiting_.has_message(); }

    /// True if everything has arrived, and only answers wait: they need no stream of events.
    bool is_plain() const { return has_ended() && !has_message(); }
    bool has_ended() const { return state_.is(stream_state::ended); }
    /// True if messages were dropped because the reader is too slow.
    bool has_overflowed() const { return overflowed_; }
    /// Notified of new items, of the end, and of a change of the reader.
    core::event& changed() { return changed_; }

private:
    bool lacks_memory() const;
    void settle_one();
    void retire();

    core::event changed_;
    waiting_items waiting_;
    std::size_t owed_;
    std::uint64_t last_ = 0;  // the position used last
    core::guarded_state<stream_state, stream_changes> state_{stream_state::open};
    core::guarded_state<reader_state, reader_changes> reading_{reader_state::none};
    reader reader_ = 0;  // 0 without a reader
    reader last_reader_ = 0;
    bool accepts_messages_ = true;
    bool holds_ = false;
    bool overflowed_ = false;
    bool is_reader_expected_ = false;
};

}  // namespace bridge::session
