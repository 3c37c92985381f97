// The calls in flight on one link.
#pragma once

#include <boost/container/devector.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "bridge/child/call_sink.hpp"
#include "bridge/child/secret_numbering.hpp"

namespace bridge::child {

/// How the calls on a link are numbered.
enum class call_numbers {
    in_order,
    random,  ///< the calls of several clients go to the link: see `call_table::randomize`
};

/// Maps the number of each call on a link to the sink that waits for the answer. Numbers start at 1, because TypeScript servers cannot cancel a
/// request with the id 0. The table never uses a number twice, so a late answer cannot reach another call. On a link of several clients the numbers
/// are random: a message that a client smuggles past the bridge cannot name the number of another client's call.
class call_table {
public:
    /// Makes all further numbers random, in 1 .. 2^31 - 1. `key` is a secret. May be called before the first call only. A random number repeats after
    /// about two thousand million others; the earlier call with that number has ended by then.
    void randomize(std::uint64_t key) { random_.emplace(key); }

    /// Adds a call and returns its number, which is both its id and its progress token.
    std::uint64_t add(std::shared_ptr<call_sink> sink) {
        ++minted_;
        const std::uint64_t number = random_ ? random_->next() : minted_;
        calls_.emplace_back(number, std::move(sink));
        return number;
    }

    /// Removes a call and returns its sink; null if no call has that number.
    std::shared_ptr<call_sink> remove(std::uint64_t number);

    /// The sink of a call; null if no call has that number.
    call_sink* find(std::uint64_t number) const;

    /// The calls that are answered, but whose tasks still run.
    task_calls& tasks() { return tasks_; }

    /// The sink of the oldest call; null if there is no call.
    call_sink* oldest() const { return calls_.empty() ? nullptr : calls_.front().second.get(); }

    /// The numbers of the calls whose own deadline is not after `now`.
    std::vector<std::uint64_t> overdue(core::clock::time_point now) const;

    /// True if the table has used the number: then an answer that matches no call is late, and not an error of the child.
    bool was_minted(std::uint64_t number) const;

    std::size_t size() const { return calls_.size(); }

    /// The count of numbers that the table has used so far.
    std::uint64_t minted() const { return minted_; }

    /// Removes and returns all calls.
    std::vector<std::shared_ptr<call_sink>> remove_all();

private:
    using entry = std::pair<std::uint64_t, std::shared_ptr<call_sink>>;

    using entries = boost::container::devector<entry>;

    entries::const_iterator position(std::uint64_t number) const;

    // The calls with their numbers, the oldest first. The limits keep the calls few, and most answers are those of the oldest calls, so a search, and
    // moving the shorter part of the array on removal, cost less than the nodes of a tree.
    entries calls_;
    task_calls tasks_;
    std::uint64_t minted_ = 0;
    std::optional<secret_numbering> random_;
};

}  // namespace bridge::child
