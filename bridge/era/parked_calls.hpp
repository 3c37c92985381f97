// The calls of a client that wait for its answers to questions of the child.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/secret.hpp"
#include "bridge/session/call_set.hpp"

namespace bridge::era {

/// In the legacy era a child sends its client a request while it works on a call, and waits. In the modern era the answer of the call is a list of
/// questions, `input_required`, and the client repeats its request with the answers (revision 2026-07-28, Multi Round-Trip Requests). In between the
/// call goes on in the child, and is parked here. States of a parked call:
///
///     gathering   the client waits for its reply. The child has asked something, and can ask more in this moment
///     waiting     the client has the questions, and a state to name the call by. Each state is used once
///     continued   the client has come back: the answers are with the child, or further questions with the client (gathering)
class parked_calls final : public std::enable_shared_from_this<parked_calls> {
public:
    /// A question that the child has asked.
    struct question {
        std::weak_ptr<child::link> asker;
        std::string id;       ///< the child's own id, raw
        std::string method;   ///< raw
        std::string request;  ///< for the client: an entry of `inputRequests`, raw
        std::string key{};    ///< its name in `inputRequests`
    };

    /// `bounds` must outlive it. `account` pays for the questions and for answers that are kept; null for none.
    parked_calls(core::executor executor, const core::limits& bounds, core::memory_account_ptr account)
        : executor_(executor), bounds_(bounds), account_(std::move(account)) {}

    /// `call`, whose request has the digest `request`, waits for the answer to `asked`. Returns false if too many questions are open.
    bool add(const std::shared_ptr<session::exchange>& call, const core::digest& request, question asked);

    /// Sets the function to call when the child has asked something for a task: a call that is parked although its client has no questions.
    void when_task_asks(std::function<void(const session::exchange& call)> tell) { tell_ = std::move(tell); }

    /// The open questions of `call` as a raw object, an `inputRequests`; empty if there are none.
    std::string requests_of(const session::exchange& call) const;

    /// A number that changes whenever the open questions of `call` change; 0 if there never were any.
    std::uint64_t version_of(const session::exchange& call) const;

    /// Passes on the answers to questions of the task `call` in `responses`, a raw object in `message`. `text` as for `resume`.
    void answer(const session::exchange& call, std::string_view responses, const jsonrpc::envelope& message, std::string* text);

    /// The child needs no answer to its request `id` (raw) any more.
    void withdraw(const child::link& asker, std::string_view id);

    /// The digest of the request of the call that waits, or of the request to be sent again, that `state` names; null if it names none.
    const core::digest* request_of(std::string_view state) const;

    /// Continues the call that `state` names with the client's request `message`, whose answer goes to `out`. Passes on the answers in `responses`, a
    /// raw object. Questions without an answer are asked again. Returns the call, and `state` is used up; null if no
    /// call has that state. `text`, if not null, is the text from which `message` was parsed; the function moves from it if an answer is large.
    std::shared_ptr<session::exchange> resume(std::string_view state, std::string_view responses, const jsonrpc::envelope& message,
                                              std::shared_ptr<session::stream> out, session::call_set& calls, core::clock::time_point now,
                                              std::string* text);

    /// The request with the digest `request` was answered with the raw questions `requests`, and no call is left of it. Returns the raw result for
    /// the client, with a state by which it can send the request again; empty if too many such states are out.
    std::string ask_before(const core::digest& request, std::string_view requests);

    /// True if `state` is one of `ask_before`, for a request with the digest `request`. Then it is used up.
    bool begin_again(std::string_view state, const core::digest& request);

    /// The raw description of the server that goes with the questions.
    void set_server_info(std::string server_info) { server_info_ = std::move(server_info); }

    /// Ends the calls that nobody continued in time, and forgets those that need nothing more. To be called about once a second.
    void sweep(core::clock::time_point now);

    /// The number of calls whose client has the questions.
    std::size_t count_waiting() const;
    bool empty() const { return entries_.empty(); }
    /// True if a client has a state that this object knows.
    bool has_states() const { return !unbegun_.empty() || count_waiting() != 0; }

private:
    struct entry;

    static core::task<void> gather(std::weak_ptr<parked_calls> all, std::weak_ptr<entry> gathered, core::executor executor);
    std::shared_ptr<entry> find(std::string_view state) const;
    std::shared_ptr<entry> find(const session::exchange& call) const;
    void pass_answers(entry& asked, std::string_view responses, const jsonrpc::envelope& message, std::string* text);
    void on_changed(entry& changed);
    void begin_gathering(const std::shared_ptr<entry>& gathered);
    void present(const std::shared_ptr<entry>& gathered);
    void end(const std::shared_ptr<entry>& ended);
    std::string end_of_required(std::string_view state) const;
    std::size_t count_questions() const;
    std::size_t count_question_bytes() const;

    core::executor executor_;
    const core::limits& bounds_;
    core::memory_account_ptr account_;
    std::vector<std::shared_ptr<entry>> entries_;
    std::vector<std::shared_ptr<entry>> unbegun_;  // entries without a call
    std::string server_info_;
    std::uint64_t last_version_ = 0;
    std::function<void(const session::exchange& call)> tell_;
};

}  // namespace bridge::era
