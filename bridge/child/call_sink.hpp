// The receiver of one call's messages.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/child/enveloped_call.hpp"
#include "bridge/child/task_calls.hpp"
#include "bridge/core/event.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::child {

/// Receives the messages of the child that belong to one call. The link calls it on the loop, and never again after `on_lost`, or after `on_answer`
/// and `task`.
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
    virtual void on_large_answer(const jsonrpc::envelope& answer, std::string text) {  // NOLINT(performance-unnecessary-value-param)
        static_cast<void>(text);                                                       // other sinks move from it
        on_answer(answer);
    }

    /// The receiver of the progress that follows the answer, if the call has become a task; null if nothing follows. Called once, after the answer.
    virtual std::shared_ptr<task_sink> task() { return nullptr; }

    /// A notification of the child that belongs to this call. Returns false if the sink cannot forward it.
    virtual bool on_message(const jsonrpc::envelope& message) = 0;

    /// The call ends without an answer. `reason` is one sentence for the client.
    virtual void on_lost(std::string_view reason) = 0;

    /// True if the sink reads members of a large answer. Then a large `answer` that it gets has `envelope::known`.
    virtual bool reads_members() const { return false; }

    /// Null unless the request carries the envelope of the modern era. If it does, only a link to a child of that era gets it.
    virtual const enveloped_call* enveloped() const { return nullptr; }

    /// False if the bridge makes the call for itself. Such a call does not show that the server works, and it does not explain why the server ends.
    virtual bool is_for_client() const { return true; }

    /// The time at which the link cancels the call, about a second later at most; nothing if somebody else bounds the call.
    virtual std::optional<core::clock::time_point> given_up_at() const { return std::nullopt; }
};

/// The sink of a call that the bridge makes for itself: its handshake, a ping, a question about the server, a setting that it repeats.
class own_sink : public call_sink {
public:
    bool on_message(const jsonrpc::envelope&) final { return false; }
    bool is_for_client() const final { return false; }
};

/// The sink for calls that the bridge makes for itself, and whose outcome it ignores. The link cancels such a call if the child does not answer it,
/// so that these calls neither pile up nor keep the child from being idle.
class silent_sink final : public own_sink {
public:
    /// As the longest of the bridge's other requests for itself.
    static constexpr std::chrono::seconds patience{30};

    explicit silent_sink(core::clock::time_point now = core::clock::now()) : deadline_(now + patience) {}

    void on_answer(const jsonrpc::envelope&) override {}
    void on_lost(std::string_view) override {}
    std::optional<core::clock::time_point> given_up_at() const override { return deadline_; }

private:
    core::clock::time_point deadline_;
};

}  // namespace bridge::child
