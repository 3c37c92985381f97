// One client request in flight.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/call_table.hpp"
#include "bridge/child/link.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::session {

/// Stands between a child's messages for one request and the HTTP reply that carries them. The messages are written in
/// the client's own terms here: its id, its progress token. States:
///
///     waiting     no answer yet; messages may come
///     answered    the answer is there, the child's or one of the bridge's own; nothing more comes
///     withdrawn   the client cancelled it; nothing more comes, and no answer is owed
class exchange final : public child::call_sink {
public:
    enum class state { waiting, answered, withdrawn };

    /// `id` and `token` are the client's, raw; the token is empty if it asked for no progress. `streams`: the client can
    /// take messages before the answer. `bounds` must outlive it.
    exchange(core::executor where, std::string_view id, std::string_view token, bool streams,
             const core::limits& bounds)
        : id_(id), token_(token), streams_(streams), bounds_(bounds), changed_(where) {}

    const std::string& id() const { return id_; }
    state current() const { return state_; }

    /// Where its call runs, so that it can be cancelled there. If it was withdrawn meanwhile, that is done now.
    void sent_on(std::weak_ptr<child::link> to, std::uint64_t number);

    /// Nobody takes the answer any more: the call goes on, what it still brings is dropped.
    void leave();

    /// The client cancelled it in the words of `message`: the child is told, and nothing more is waited for.
    void withdraw(const jsonrpc::envelope& message);

    /// Its time is up: the child is told, and the client gets an error.
    void time_out();

    /// The messages that came since the last call, oldest first, each one JSON text without line breaks.
    std::vector<std::string> take_messages();

    /// The answer as one JSON text; once, in state answered.
    std::string take_answer() { return std::move(answer_); }

    /// Set when messages had to be dropped, because the client takes them more slowly than they come.
    bool overflowed() const { return overflowed_; }

    /// Notified of a message, the answer and a withdrawal.
    core::event& changed() { return changed_; }

    void on_answer(const jsonrpc::envelope& answer) override;
    bool on_message(const jsonrpc::envelope& message) override;
    void on_lost(std::string_view reason) override;

private:
    void settle(state reached);

    std::string id_;
    std::string token_;
    bool streams_;
    const core::limits& bounds_;
    core::event changed_;
    state state_ = state::waiting;
    std::weak_ptr<child::link> link_;
    std::uint64_t number_ = 0;
    std::vector<std::string> messages_;
    std::size_t message_bytes_ = 0;
    bool overflowed_ = false;
    std::string answer_;
};

}  // namespace bridge::session
