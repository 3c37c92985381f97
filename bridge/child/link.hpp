// A JSON-RPC connection to a child.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/call_table.hpp"
#include "bridge/child/child_life.hpp"
#include "bridge/child/link_owner.hpp"
#include "bridge/child/spliced_params.hpp"
#include "bridge/core/async.hpp"
#include "bridge/core/error.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/guarded_state.hpp"

namespace bridge::child {

/// Carries the calls of one client or of many to one child. `process_link` does so over the pipes of a process; tests have a link in memory. States,
/// in this order only:
///
///     open      the link accepts calls
///     closing   the link refuses calls and forwards the answers that still arrive. Its owner has been notified of the end, or has ended the link
///               itself, and has withdrawn the child's requests
///     ended     the child is gone; every call was answered or lost
class link : public child_life, public std::enable_shared_from_this<link> {
public:
    enum class state { open, closing, ended };
    using change = core::state_change<state>;
    static constexpr std::array changes{change{state::open, state::closing}, change{state::closing, state::ended}};
    link(const link&) = delete;
    link& operator=(const link&) = delete;
    virtual ~link() = default;

    state current() const { return state_.now(); }
    bool is_open() const { return state_.is(state::open); }

    /// False from the first sign that the child ends, even while the state is still `open`: a new call would be lost, while answers to earlier calls
    /// may still be on their way.
    virtual bool accepts_calls() const = 0;

    /// Waits until the state is no longer `open`. If the link accepts no calls, that takes a moment at most. Only one coroutine may wait at a time.
    virtual core::task<void> wait_closing() = 0;

    // ---- messages to the child

    /// Sends the request `message` with the link's own number as id and progress token; `sink` receives the answer. Returns the number. Errors:
    /// limit_reached, child_not_reading, child_exited. If `text`, from which `message` was parsed, is not null and large, the function moves from it.
    virtual core::result<std::uint64_t> call(const jsonrpc::envelope& message, std::shared_ptr<call_sink> sink, std::string* text = nullptr) = 0;
    /// As `call`, for a request that is made of parts. `method` is raw.
    virtual core::result<std::uint64_t> call_spliced(std::string_view method, const spliced_params& params, std::shared_ptr<call_sink> sink);
    /// Sends the child a cancellation of the call `number`, with `reason` if that is not empty, and removes the call. The notification is always the
    /// bridge's own text: the server could read another member in a client's text than the bridge does.
    virtual void cancel(std::uint64_t number, std::string_view reason) = 0;
    /// Forwards a notification unchanged. `text` as for `call`.
    virtual void notify(const jsonrpc::envelope& message, std::string* text = nullptr) = 0;
    /// Sends a message of the bridge: one line of JSON.
    virtual void notify_raw(std::string_view words) = 0;
    /// Answers the child's request `id` (raw) with a client's answer. `text` as for `call`.
    virtual void answer(std::string_view id, const jsonrpc::envelope& message, std::string* text = nullptr) = 0;
    /// Answers the child's request `id` (raw) with an answer of the bridge.
    virtual void answer(std::string_view id, std::string_view result) = 0;
    /// Answers the child's request `id` (raw) with a client's result on one line, which is not copied.
    virtual void answer_shared(std::string_view id, const core::shared_text& result) { answer(id, result.view()); }
    virtual void refuse(std::string_view id, int code, std::string_view text) = 0;

    const call_table& calls() const { return calls_; }
    /// For a link of several clients; to be called before the first call. See `call_table::randomize`.
    void randomize_numbers(std::uint64_t key) { calls_.randomize(key); }

    /// The call as a part of which the child made its request `id` (raw); null if that is not known. Over stdio only a translated request has one.
    virtual const call_sink* asking_call(std::string_view id) const {
        static_cast<void>(id);
        return nullptr;
    }

    // ---- the user of the link

    /// Replaces the owner. Without one the link drops the child's notifications and refuses its requests. The link keeps no owner alive.
    virtual void set_owner(std::weak_ptr<link_owner> owner) = 0;

    /// The link to the process, if this link translates for another one; else this link.
    virtual link& base() { return *this; }

    /// `account` pays for the child's output and for the input that waits to be written, from now on.
    virtual void pay_from(const core::memory_account_ptr& account) = 0;

    // ---- the end

    /// Ends the child in an orderly way. The calls in flight are lost for `reason`.
    virtual void close(std::string reason) = 0;

    /// The child has served nobody, and has nothing to finish: `close` ends it without waiting for it first, and its end is no event to log.
    void set_disposable() { is_disposable_ = true; }
    bool is_disposable() const { return is_disposable_; }

    /// Ends the child at once, without the steps of `close`.
    virtual void kill() = 0;
    /// Ends the child at once after an exception, because the state of the link is then unknown. That end is a failure.
    virtual void break_off() = 0;
    /// Finds out whether the child still works, and ends the child if it does not. To be called about once a second.
    virtual void check(core::clock::time_point now) = 0;

    /// True if `close` was called while the link was open: then the end of the child is no failure.
    bool was_closed() const { return was_closed_; }

    /// Why the link ended or is ending, as one sentence; empty while the link is open.
    const std::string& end_reason() const { return end_reason_; }

    /// The `end_reason` without the child's last output, which can be about a client's call.
    const std::string& bare_end_reason() const { return bare_end_reason_.empty() ? end_reason_ : bare_end_reason_; }

    /// The last output of the child, as the end of a sentence; empty if there is none. Secrets are removed.
    virtual std::string last_output() const = 0;

    /// `text`, which the child wrote, for logs and messages: without secrets, safe for one line, and cut to `max_bytes`.
    virtual std::string shown(std::string_view text, std::size_t max_bytes) const = 0;

protected:
    link() = default;

    call_table calls_;
    core::guarded_state<state, changes> state_{state::open};
    bool was_closed_ = false;
    bool is_disposable_ = false;
    std::string end_reason_;
    std::string bare_end_reason_;  // empty if it is the same
};

}  // namespace bridge::child
