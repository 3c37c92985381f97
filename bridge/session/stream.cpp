#include "bridge/session/stream.hpp"

#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

// The error that replaces an answer that was too large to keep while the client was away.
std::string in_place_of(std::string_view answer, std::string_view reason) {
    std::string out;
    jsonrpc::append_error(out, jsonrpc::answer_id(answer), jsonrpc::error_code::internal_error,
                          "the answer (" + std::to_string(answer.size()) + " bytes) " + std::string(reason));
    return out;
}

constexpr std::string_view too_much = "came while the client was away, and is more than is kept for it";
constexpr std::string_view no_memory = "came while the bridge had no memory left for it (--max-memory)";

// Answers up to this size are kept even when memory is short: the error that would replace one is no smaller.
constexpr std::size_t always_kept = 1024;

}  // namespace

bool stream::delivers() const {
    return is_live() || (accepts_messages_ && !has_ended() && (is_resumable() || holds_));
}

// A client that reads everything as it arrives leaves nothing to keep.
bool stream::lacks_memory() const {
    const bool keeps_up = (has_reader() || is_reader_expected_) && waiting_.is_empty();
    return !keeps_up && waiting_.charge().is_full();
}

bool stream::push(std::string text, std::uint64_t asked) {
    if (!delivers()) return false;
    ++last_;
    const bool is_starved = lacks_memory() && (text.size() > always_kept || (asked == 0 && !has_reader()));
    const bool fits = !is_starved && has_room(text.size());
    if (fits) {
        waiting_.add({.text = std::move(text), .position = last_, .asked = asked});
    } else if (is_starved) {
        waiting_.charge().account()->budget().report(core::memory_measure::message_refused, "a message for a client was dropped");
        overflowed_ = has_reader();
    } else {
        core::meters().count_hit(has_reader() ? core::bound::stream_size : core::bound::held_size);
        overflowed_ = has_reader();
    }
    changed_.notify();
    return fits;
}

void stream::push_answer(std::string text, std::optional<std::chrono::milliseconds> retry_after) {
    if (has_ended()) return;
    const bool may_exceed = owed_ != 0 || has_reader();
    if (!may_exceed && !waiting_.has_room_for_answer(text.size())) {
        core::meters().count_hit(core::bound::held_size);
        text = in_place_of(text, too_much);
    }
    if (text.size() > always_kept && lacks_memory()) {
        waiting_.charge().account()->budget().report(core::memory_measure::message_refused, "an answer for a client was dropped");
        text = in_place_of(text, no_memory);
    }
    waiting_.add({.text = std::move(text), .position = ++last_, .is_answer = true, .retry_after = retry_after});
    settle_one();
}

std::size_t stream::shed() {
    const std::size_t before = waiting_.charge().bytes();
    std::vector<item> all = remove_waiting();
    for (item& each : all) {
        // A server can send one small message to each of a thousand sessions, so small messages are given up too.
        if (!each.is_answer && each.asked == 0) continue;
        if (each.is_answer && each.text.size() > always_kept) each.text = in_place_of(each.text, no_memory);
        waiting_.add(std::move(each));
    }
    return before - waiting_.charge().bytes();
}

void stream::forgo_answer() {
    if (!has_ended()) settle_one();
}

void stream::settle_one() {
    if (owed_ != 0 && --owed_ == 0) return end();
    changed_.notify();
}

void stream::end() {
    state_.enter(stream_state::ended);
    if (!has_reader()) retire();
    changed_.notify();
}

// The client is away and nothing more arrives: the ring keeps what the client has missed, and this stream is no longer needed.
void stream::retire() {
    for (item& each : remove_waiting()) record_unseen(std::move(each));
}

std::optional<stream::item> stream::withdraw(std::uint64_t asked) {
    std::optional<item> out = waiting_.remove_request(asked);
    if (out) --last_;
    return out;
}

void stream::push_once(std::string text, std::size_t digest) {
    const bool is_compared = digest != waiting_items::not_compared;
    if (is_compared && waiting_.has_equal(text, digest)) return;
    if (push(std::move(text)) && is_compared) waiting_.set_last_digest(digest);
}

std::vector<stream::item> stream::remove_messages() {
    std::vector<item> out = waiting_.remove_messages();
    last_ -= out.size();
    return out;
}

event_id stream::mark_position() {
    record_sent({.text = {}, .position = ++last_});
    return id_at(last_);
}

stream::reader stream::attach() {
    reader_ = ++last_reader_;
    reading_.enter(reader_state::attached);
    overflowed_ = false;
    is_reader_expected_ = false;
    changed_.notify();
    return reader_;
}

void stream::record_departure() {
    if (has_reader()) reading_.enter(reader_state::leaving);
}

void stream::detach(reader former_reader) {
    if (!has_reader() || !is_read_by(former_reader)) return;
    reader_ = 0;
    reading_.enter(reader_state::gone);
    if (has_ended()) retire();
}

}  // namespace bridge::session
