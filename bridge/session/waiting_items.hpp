// The messages of a stream that wait for the client to read them.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "bridge/core/limits.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/session/stream_item.hpp"

namespace bridge::session {

/// A queue of items, oldest first. It counts their bytes and charges their memory, and knows the bounds; its owner asks before it adds an item.
class waiting_items {
public:
    /// `bounds` must outlive it. `account` pays for the items; null for none.
    waiting_items(const core::limits& bounds, core::memory_account_ptr account)
        : bounds_(bounds), charge_(std::move(account), core::memory_use::stream) {}

    bool is_empty() const { return items_.empty(); }
    const core::memory_charge& charge() const { return charge_; }

    /// True if a message of `bytes` may be added. Without a reader less is kept, because most clients that leave do not come back.
    bool has_room_for_message(std::size_t bytes, bool has_reader) const;

    /// True if an answer of `bytes` may be added for a client that is away.
    bool has_room_for_answer(std::size_t bytes) const;

    bool has_answer() const { return answer_bytes_ != 0; }
    bool has_message() const;
    bool has_too_many_answers() const;

    void add(stream_item added);

    /// Marks the last item as one that must not wait twice.
    void set_last_digest(std::size_t digest);

    /// True if an item with this text and this digest waits.
    bool has_equal(std::string_view text, std::size_t digest) const;

    /// True if the server's request `asked` waits.
    bool has_request(std::uint64_t asked) const;

    /// Removes and returns the server's request `asked`; nothing if it does not wait. Later items move up by one position, because a gap would stand
    /// for a lost message.
    std::optional<stream_item> remove_request(std::uint64_t asked);

    /// Removes and returns everything but the answers, in the same way.
    std::vector<stream_item> remove_messages();

    /// Removes and returns all items.
    std::vector<stream_item> remove_all();

    /// The digest of a text that must not wait twice. A longer text than such notices have is not compared, because its digest alone would block the
    /// loop.
    static std::size_t digest_of(std::string_view text) {
        return text.size() > longest_compared ? not_compared : std::max<std::size_t>(std::hash<std::string_view>{}(text), 1);
    }
    static constexpr std::size_t not_compared = 0;

private:
    static constexpr std::size_t longest_compared = 64 * 1024;

    stream_item remove(std::vector<stream_item>::iterator position);
    static std::size_t cost_of(const stream_item& each) { return sizeof(stream_item) + core::capacity_of(each.text); }

    const core::limits& bounds_;
    core::memory_charge charge_;
    std::vector<stream_item> items_;
    std::unordered_set<std::size_t> digests_;  // the digests of those items that have one
    std::size_t message_bytes_ = 0;
    std::size_t answer_bytes_ = 0;
};

}  // namespace bridge::session
