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

/// Receives the messages of the child that belong to one call. The link calls it on the loop, and never again after `on_answer` or `on_lost`.
class call_sink {
public:
    virtual ~call_sink() = default;

    /// The child's result or error. The views in `answer` are valid during the call only.
    virtual void on_answer(const jsonrpc::envelope& answer) = 0;

    /// The text before the contents of a large answer of kind `kind`: the text that `on_large_answer` receives begins with it.
    virtual std::string answer_head(jsonrpc::message_kind kind) const {
        static_cast<void>(kind);
        return {};
    }

    /// The link calls this function instead of `on_answer` if the answer is large. `text` is the answer on one line, as `append_answer` would write
    /// it, but with `answer_head` in front. The views in `answer` are valid during the call only.
    virtual void on_large_answer(const jsonrpc::envelope& answer, std::string text) {
        static_cast<void>(text);
        on_answer(answer);
    }

    /// A notification of the child that belongs to this call. Returns false if the sink cannot forward it.
    virtual bool on_message(const jsonrpc::envelope& message) = 0;

    /// The call ends without an answer. `reason` is one sentence for the client.
    virtual void on_lost(std::string_view reason) = 0;
};

/// The sink for calls that the bridge makes for itself, and whose outcome it ignores.
class silent_sink final : public call_sink {
public:
    void on_answer(const jsonrpc::envelope&) override {}
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view) override {}
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
        calls_.emplace_back(++last_, std::move(sink));
        return random_ ? random_->number_at(static_cast<std::uint32_t>((last_ - 1) % secret_numbering::largest + 1)) : last_;
    }

    /// Removes a call and returns its sink; null if no call has that number.
    std::shared_ptr<call_sink> take(std::uint64_t number);

    /// The sink of a call; null if no call has that number.
    call_sink* find(std::uint64_t number) const;

    /// The sink of the oldest call; null if there is no call.
    call_sink* oldest() const { return calls_.empty() ? nullptr : calls_.front().second.get(); }

    /// True if the table has used the number: then an answer that matches no call is late, and not an error of the child.
    bool was_minted(std::uint64_t number) const { return place_of(number) != 0; }

    std::size_t size() const { return calls_.size(); }

    /// The count of numbers that the table has used so far.
    std::uint64_t minted() const { return last_; }

    /// Removes and returns all calls.
    std::vector<std::shared_ptr<call_sink>> take_all();

private:
    using entry = std::pair<std::uint64_t, std::shared_ptr<call_sink>>;

    std::uint64_t place_of(std::uint64_t number) const;
    std::vector<entry>::const_iterator position(std::uint64_t number) const;

    // Each call with the position of its number in the sequence, in ascending order. The limits keep the calls few, and most are short, so moving the
    // tail of the array on removal costs less than the nodes of a tree.
    std::vector<entry> calls_;
    std::uint64_t last_ = 0;  // the last position used
    std::optional<secret_numbering> random_;
};

}  // namespace bridge::child
