#include "bridge/session/stream.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

// The error that replaces an answer that was too large to keep while the client was away.
std::string in_place_of(std::string_view answer, std::string_view why) {
    std::string out;
    jsonrpc::append_error(out, jsonrpc::answer_id(answer), jsonrpc::error_code::internal_error,
                          "the answer (" + std::to_string(answer.size()) + " bytes) " + std::string(why));
    return out;
}

constexpr std::string_view too_much = "came while the client was away, and is more than is kept for it";
constexpr std::string_view no_memory = "came while the bridge had no memory left for it (--max-memory)";

// Items up to this size are kept even when memory is short: the error that would replace one is no smaller.
constexpr std::size_t always_kept = 1024;

}  // namespace

bool stream::delivers() const {
    return is_live() || (takes_messages_ && !ended_ && (is_resumable() || holds_));
}

bool stream::has_room_for(std::size_t bytes) const {
    // Without a reader less is kept, because most clients that leave do not come back.
    const std::size_t most = has_reader() ? bounds_.stream_messages : bounds_.held_messages;
    const std::size_t most_bytes = has_reader() ? bounds_.stream_bytes : bounds_.held_bytes;
    return waiting_.size() < most && waiting_bytes_ + bytes <= most_bytes;
}

bool stream::push(std::string text, std::uint64_t asked) {
    if (!delivers()) return false;
    ++last_;
    const bool is_starved = text.size() > always_kept && charge_.is_full();
    const bool fits = !is_starved && has_room_for(text.size());
    if (fits) {
        waiting_bytes_ += text.size();
        add({.text = std::move(text), .position = last_, .asked = asked});
    } else if (is_starved) {
        charge_.account()->budget().report(core::memory_measure::message_refused, "a message for a client was dropped");
        overflowed_ = has_reader();
    } else {
        core::meters().note_hit(has_reader() ? core::bound::stream_size : core::bound::held_size);
        overflowed_ = has_reader();
    }
    changed_.notify();
    return fits;
}

void stream::push_answer(std::string text, std::optional<std::chrono::milliseconds> retry_after) {
    if (ended_) return;
    if (!can_hold_answer(text.size())) {
        core::meters().note_hit(core::bound::held_size);
        text = in_place_of(text, too_much);
    }
    if (text.size() > always_kept && charge_.is_full()) {
        charge_.account()->budget().report(core::memory_measure::message_refused, "an answer for a client was dropped");
        text = in_place_of(text, no_memory);
    }
    answer_bytes_ += text.size();
    add({.text = std::move(text), .position = ++last_, .is_answer = true, .retry_after = retry_after});
    settle_one();
}

void stream::add(item made) {
    charge_.set(charge_.bytes() + cost_of(made));
    waiting_.push_back(std::move(made));
}

std::size_t stream::shed() {
    const std::size_t before = charge_.bytes();
    std::vector<item> all = take();
    for (item& each : all) {
        const bool is_small = each.text.size() <= always_kept;
        if (!is_small && each.is_answer) each.text = in_place_of(each.text, no_memory);
        if (!is_small && !each.is_answer && each.asked == 0) continue;
        (each.is_answer ? answer_bytes_ : waiting_bytes_) += each.text.size();
        if (each.digest) digests_.insert(*each.digest);
        add(std::move(each));
    }
    return before - charge_.bytes();
}

bool stream::can_hold_answer(std::size_t bytes) const {
    if (owed_ != 0 || has_reader()) return true;
    return waiting_.size() < bounds_.held_messages && waiting_bytes_ + answer_bytes_ + bytes <= bounds_.held_bytes;
}

bool stream::is_choked() const {
    if (owed_ != 0 || answer_bytes_ == 0) return false;
    const auto answers = static_cast<std::size_t>(std::ranges::count_if(waiting_, &item::is_answer));
    return answers >= bounds_.exchanges_per_session || answer_bytes_ > bounds_.stream_bytes;
}

void stream::forgo_answer() {
    if (!ended_) settle_one();
}

void stream::settle_one() {
    if (owed_ != 0 && --owed_ == 0) return end();
    changed_.notify();
}

void stream::end() {
    ended_ = true;
    if (!has_reader()) retire();
    changed_.notify();
}

// The client is away and nothing more arrives: the ring keeps what the client has missed, and this stream is no longer needed.
void stream::retire() {
    for (item& each : take()) {
        sent_ = each.position;
        if (ring_ != nullptr) ring_->add_unseen(event_of(std::move(each)));
    }
}

event_ring::event stream::event_of(item which) const {
    return {.id = id_at(which.position), .text = std::move(which.text), .is_answer = which.is_answer};
}

bool stream::withdraw(std::uint64_t asked) {
    const auto at = std::ranges::find(waiting_, asked, &item::asked);
    if (asked == 0 || at == waiting_.end()) return false;
    take_out(at);
    return true;
}

// Removes an item that was not sent. The later items move up, because a gap would stand for a lost message.
stream::item stream::take_out(std::vector<item>::iterator at) {
    uncharge(*at);
    item out = std::move(*at);
    waiting_bytes_ -= out.text.size();
    if (out.digest) digests_.erase(*out.digest);
    for (auto later = waiting_.erase(at); later != waiting_.end(); ++later) --later->position;
    --last_;
    return out;
}

// Compares the texts only if the digest is known, because then nearly always an equal text waits.
bool stream::holds(std::string_view text, std::size_t digest) const {
    if (!digests_.contains(digest)) return false;
    return std::ranges::any_of(waiting_, [&](const item& each) { return each.digest == digest && each.text == text; });
}

void stream::push_once(const std::string& text, std::size_t digest) {
    if (digest == not_compared) {
        push(text);
        return;
    }
    if (holds(text, digest) || !push(text)) return;
    waiting_.back().digest = digest;
    digests_.insert(digest);
}

std::vector<stream::item> stream::take_requests() {
    std::vector<item> out;
    const auto is_request = [](const item& each) { return each.asked != 0; };
    for (auto at = std::ranges::find_if(waiting_, is_request); at != waiting_.end(); at = std::ranges::find_if(waiting_, is_request)) {
        out.push_back(take_out(at));
    }
    return out;
}

stream::reader stream::attach() {
    reader_ = ++last_reader_;
    reader_left_ = false;
    overflowed_ = false;
    changed_.notify();
    return reader_;
}

void stream::detach(reader which) {
    if (!is_read_by(which)) return;
    reader_ = 0;
    if (ended_) retire();
}

std::vector<stream::item> stream::take() {
    waiting_bytes_ = answer_bytes_ = 0;
    charge_.set(0);
    digests_.clear();
    return std::exchange(waiting_, {});
}

std::string stream::note_sent(item sent) {
    sent_ = sent.position;
    if (ring_ == nullptr) return std::move(sent.text);
    return ring_->add(event_of(std::move(sent)));
}

bool stream::has_message() const {
    return !std::ranges::all_of(waiting_, &item::is_answer);
}

bool stream::is_plain() const {
    return ended_ && !has_message();
}

}  // namespace bridge::session
