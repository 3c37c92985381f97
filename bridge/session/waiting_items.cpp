#include "bridge/session/waiting_items.hpp"

#include <utility>

namespace bridge::session {

bool waiting_items::has_room_for_message(std::size_t bytes, bool has_reader) const {
    const std::size_t most = has_reader ? bounds_.stream_messages : bounds_.held_messages;
    const std::size_t most_bytes = has_reader ? bounds_.stream_bytes : bounds_.held_bytes;
    return items_.size() < most && message_bytes_ + bytes <= most_bytes;
}

bool waiting_items::has_room_for_answer(std::size_t bytes) const {
    return items_.size() < bounds_.held_messages && message_bytes_ + answer_bytes_ + bytes <= bounds_.held_bytes;
}

bool waiting_items::has_message() const {
    return !std::ranges::all_of(items_, &stream_item::is_answer);
}

bool waiting_items::has_too_many_answers() const {
    if (answer_bytes_ == 0) return false;
    const auto answers = static_cast<std::size_t>(std::ranges::count_if(items_, &stream_item::is_answer));
    return answers >= bounds_.exchanges_per_session || answer_bytes_ > bounds_.stream_bytes;
}

void waiting_items::add(stream_item added) {
    (added.is_answer ? answer_bytes_ : message_bytes_) += added.text.size();
    if (added.digest) digests_.insert(*added.digest);
    charge_.set(charge_.bytes() + cost_of(added));
    items_.push_back(std::move(added));
}

void waiting_items::set_last_digest(std::size_t digest) {
    items_.back().digest = digest;
    digests_.insert(digest);
}

// Compares the texts only if the digest is known, because then nearly always an equal text waits.
bool waiting_items::has_equal(std::string_view text, std::size_t digest) const {
    if (!digests_.contains(digest)) return false;
    return std::ranges::any_of(items_, [&](const stream_item& each) { return each.digest == digest && each.text == text; });
}

// Removes a message that was not sent.
stream_item waiting_items::remove(std::vector<stream_item>::iterator position) {
    charge_.set(charge_.bytes() - cost_of(*position));
    stream_item out = std::move(*position);
    message_bytes_ -= out.text.size();
    if (out.digest) digests_.erase(*out.digest);
    for (auto later = items_.erase(position); later != items_.end(); ++later) --later->position;
    return out;
}

bool waiting_items::has_request(std::uint64_t asked) const {
    return asked != 0 && std::ranges::find(items_, asked, &stream_item::asked) != items_.end();
}

std::optional<stream_item> waiting_items::remove_request(std::uint64_t asked) {
    const auto found = std::ranges::find(items_, asked, &stream_item::asked);
    if (asked == 0 || found == items_.end()) return std::nullopt;
    return remove(found);
}

std::vector<stream_item> waiting_items::remove_messages() {
    std::vector<stream_item> out;
    for (stream_item& each : remove_all()) {
        if (each.is_answer) {
            each.position -= out.size();
            add(std::move(each));
        } else {
            out.push_back(std::move(each));
        }
    }
    return out;
}

std::vector<stream_item> waiting_items::remove_all() {
    message_bytes_ = answer_bytes_ = 0;
    charge_.set(0);
    digests_.clear();
    return std::exchange(items_, {});
}

}  // namespace bridge::session
