// The calls in flight on one link.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/child/secret_numbering.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::child {

/// Receives what a child sends for one call. Called on the loop, never after `on_answer` or `on_lost`.
class call_sink {
public:
    virtual ~call_sink() = default;

    /// The result or error. Views in `answer` hold during the call only.
    virtual void on_answer(const jsonrpc::envelope& answer) = 0;

    /// What stands before the contents of an answer of this kind if it is large: `on_large_answer` gets a text that begins with it.
    virtual std::string answer_head(jsonrpc::message_kind kind) const {
        static_cast<void>(kind);
        return {};
    }

    /// Called instead of `on_answer` if the answer is large. `text`: the answer on one line, as `append_answer` would make it, but with `answer_head`
    /// in front. Views in `answer` hold during the call only.
    virtual void on_large_answer(const jsonrpc::envelope& answer, std::string text) {
        static_cast<void>(text);
        on_answer(answer);
    }

    /// A notification of the child's that belongs to this call. False if it cannot be passed on.
    virtual bool on_message(const jsonrpc::envelope& message) = 0;

    /// No answer will come. `reason` is one sentence for the client.
    virtual void on_lost(std::string_view reason) = 0;
};

/// For what the bridge asks of a child by itself: whatever comes of it, nobody wants to know.
class silent_sink final : public call_sink {
public:
    void on_answer(const jsonrpc::envelope&) override {}
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view) override {}
};

/// Pairs the numbers that a link mints with who waits for the answer. Numbers start at 1, because TypeScript servers
/// cannot cancel a request with the id 0, and are never used twice, so that a late answer meets nobody. On a link of several
/// clients they are random: whatever a client gets past the bridge, it cannot tell the number of another's call.
class call_table {
public:
    /// From now on numbers are random, in 1 .. 2^31 - 1; `key` is a secret. Before the first call only. One comes again after two
    /// thousand million others, when no call can be left that had it.
    void randomize(std::uint64_t key) { random_.emplace(key); }

    /// Adds a call and returns its number, which is both its id and its progress token.
    std::uint64_t add(std::shared_ptr<call_sink> sink) {
        calls_.emplace_back(++last_, std::move(sink));
        return random_ ? random_->number_at(static_cast<std::uint32_t>((last_ - 1) % secret_numbering::largest + 1)) : last_;
    }

    /// Removes a call and returns its sink; null if there is none of that number.
    std::shared_ptr<call_sink> take(std::uint64_t number);

    /// The sink of a call, null if there is none of that number.
    call_sink* find(std::uint64_t number) const;

    /// The oldest call's sink; null if there is none.
    call_sink* oldest() const { return calls_.empty() ? nullptr : calls_.front().second.get(); }

    /// True if the number was given out: an answer to it that finds no call is late, not wrong.
    bool was_minted(std::uint64_t number) const { return place_of(number) != 0; }

    std::size_t size() const { return calls_.size(); }

    /// How many numbers were given out so far.
    std::uint64_t minted() const { return last_; }

    /// Removes and returns all calls.
    std::vector<std::shared_ptr<call_sink>> take_all();

private:
    using entry = std::pair<std::uint64_t, std::shared_ptr<call_sink>>;

    std::uint64_t place_of(std::uint64_t number) const;
    std::vector<entry>::const_iterator position(std::uint64_t number) const;

    // With their places in the order of calls, and in that order. Calls are few (bounded by the limits) and mostly short, so that moving the tail of
    // the array on removal is cheaper than the nodes of a tree.
    std::vector<entry> calls_;
    std::uint64_t last_ = 0;  // place that was given out
    std::optional<secret_numbering> random_;
};

}  // namespace bridge::child
