#include "bridge/session/event_ring.hpp"

#include <algorithm>
#include <iterator>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

// The error for a client that resumes a stream whose answer is no longer kept.
event_ring::event in_place_of(const event_ring::event& answer) {
    event_ring::event out{.id = answer.id, .text = {}, .is_answer = false};
    jsonrpc::append_error(
        out.text, jsonrpc::answer_id(answer.text), jsonrpc::error_code::internal_error,
        "the answer (" + std::to_string(answer.text.size()) + " bytes) came, but is not kept any longer for a client that lost its connection");
    return out;
}

std::size_t cost_of(const event_ring::event& each) {
    return sizeof(event_ring::event) + core::capacity_of(each.text);
}

}  // namespace

void event_ring::keep(std::deque<event>& queue, event new_event) {
    bytes_ += new_event.text.size();
    if (&queue == &substitutes_) substitute_bytes_ += new_event.text.size();
    charge_.set(charge_.bytes() + cost_of(new_event));
    queue.push_back(std::move(new_event));
}

event_ring::event event_ring::drop_oldest(std::deque<event>& queue) {
    charge_.set(charge_.bytes() - cost_of(queue.front()));
    event oldest = std::move(queue.front());
    queue.pop_front();
    bytes_ -= oldest.text.size();
    if (&queue == &substitutes_) substitute_bytes_ -= oldest.text.size();
    return oldest;
}

// An error can take as much room as the answer that it replaces, or more. So errors may use half of the room at most: otherwise each would evict the
// next answer, until the ring holds errors only.
void event_ring::make_room() {
    while (is_over()) {
        if (2 * substitutes_.size() > bounds_.replay_events || 2 * substitute_bytes_ > bounds_.replay_bytes) {
            drop_oldest(substitutes_);
            continue;
        }
        const event oldest = drop_oldest(events_);
        if (oldest.is_answer) keep(substitutes_, in_place_of(oldest));
    }
}

std::string event_ring::add(event new_event) {
    // An event that can never fit would only evict all others.
    const bool fits = new_event.text.size() <= bounds_.replay_bytes;
    if (!fits && !new_event.is_answer) return std::move(new_event.text);
    std::string unkept;
    if (fits) {
        keep(events_, std::move(new_event));
    } else {
        keep(substitutes_, in_place_of(new_event));
        unkept = std::move(new_event.text);
    }
    make_room();
    return unkept;
}

void event_ring::add_unseen(event new_event) {
    if (!new_event.is_answer || new_event.text.size() <= bounds_.replay_bytes) {
        add(std::move(new_event));
        return;
    }
    large_unseen_bytes_ += new_event.text.size();
    charge_.set(charge_.bytes() + cost_of(new_event));
    large_unseen_.push_back(std::move(new_event));
    while (large_unseen_bytes_ > bounds_.stream_bytes) {
        add(remove_oldest_large());
    }
}

event_ring::event event_ring::remove_oldest_large() {
    charge_.set(charge_.bytes() - cost_of(large_unseen_.front()));
    event out = std::move(large_unseen_.front());
    large_unseen_.pop_front();
    large_unseen_bytes_ -= out.text.size();
    return out;
}

std::size_t event_ring::shed() {
    const std::size_t before = charge_.bytes();
    std::deque<event> all;
    while (!events_.empty()) all.push_back(drop_oldest(events_));
    while (!large_unseen_.empty()) all.push_back(remove_oldest_large());
    for (const event& each : all) {
        if (each.is_answer) keep(substitutes_, in_place_of(each));
    }
    make_room();
    return before - std::min(before, charge_.bytes());
}

// Messages over `limits::replay_bytes` are never kept, so no request is among the large events.
std::optional<event_id> event_ring::find_request(std::uint64_t asked) const {
    const auto found = std::ranges::find(events_, asked, &event::asked);
    return asked == 0 || found == events_.end() ? std::nullopt : std::optional(found->id);
}

void event_ring::forget_request(std::uint64_t asked) {
    const auto found = std::ranges::find(events_, asked, &event::asked);
    if (asked == 0 || found == events_.end()) return;
    bytes_ -= found->text.size();
    charge_.set(charge_.bytes() - cost_of(*found));
    std::string().swap(found->text);
    found->asked = 0;
    charge_.set(charge_.bytes() + cost_of(*found));
}

std::vector<event_ring::event> event_ring::after(event_id last) const {
    std::vector<event> out;
    const auto is_behind = [last](const event& each) { return each.id.stream == last.stream && each.id.position > last.position; };
    std::ranges::copy_if(substitutes_, std::back_inserter(out), is_behind);
    std::ranges::copy_if(events_, std::back_inserter(out), is_behind);
    std::ranges::copy_if(large_unseen_, std::back_inserter(out), is_behind);
    std::ranges::sort(out, {}, [](const event& each) { return each.id.position; });
    return out;
}

}  // namespace bridge::session
