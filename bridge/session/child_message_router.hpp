// The routing of the messages that a session's own child sends on its own initiative.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bridge/mcp/capabilities.hpp"
#include "bridge/session/asked_requests.hpp"
#include "bridge/session/call_set.hpp"
#include "bridge/session/resumable_streams.hpp"
#include "bridge/session/running_tasks.hpp"

namespace bridge::session {

/// Chooses the stream that carries each such message to the client. Over stdio no message says to which request it belongs, so the rules choose the
/// stream on which a client is least likely to misunderstand the message. No message is sent twice. The questions of a modern child are parts of its
/// answers, so they go on the stream of their own call.
///
/// The rule for requests of the child: the bridge refuses a request at once if it needs a capability that the client did not declare, or if the
/// client has requests in flight, accepts no stream on any of their replies, and does not read the general stream; also if too many requests are open
/// (`limits::child_requests`). Otherwise the request goes on the stream of the oldest exchange that the client reads, or else on the general stream
/// if the client reads that. If the client reads neither, the request waits: on the stream of the oldest exchange that can be resumed, or else on the
/// general stream, until the client reads that stream or begins another request (`carry_held_requests`). If the stream of a request breaks before the
/// client has answered, the client may not have seen the request. Then it goes again, with the same id, on the next stream that the client reads. The
/// stream that broke does not repeat it. After `limits::hold_timeout` without a reader, or `limits::request_timeout` without an answer, the bridge
/// refuses the request (`refuse_overdue`).
class child_message_router {
public:
    /// `declared`, the capabilities of the client, `calls`, `streams` and `bounds` must outlive it. `general` is the stream for messages that belong
    /// to no request. `account` pays for the child's open requests; null for none.
    child_message_router(const mcp::client_capabilities& declared, const call_set& calls, std::shared_ptr<stream> general, resumable_streams& streams,
                         const core::limits& bounds, core::memory_account_ptr account)
        : declared_(declared), calls_(calls), general_(std::move(general)), streams_(streams), bounds_(bounds), asked_(bounds, account),
          tasks_(std::make_shared<running_tasks>(general_, bounds, std::move(account))) {}

    // ---- messages of the child

    void on_request(child::link& link, const jsonrpc::envelope& message);
    void on_notification(const child::link& link, const jsonrpc::envelope& message);

    /// The child ends, so its requests need no answer. To be called before the calls of the child are lost, because their loss ends the streams that
    /// carry the requests.
    void on_failure(const child::link& link);

    // ---- messages and streams of the client

    /// Forwards the client's answer `message` to the child. Returns false if it answers no open request. `text` as for `asked_requests::answer`.
    bool answer(const jsonrpc::envelope& message, std::string* text) { return asked_.answer(message, text); }

    /// The general stream, for messages of a call whose own stream cannot carry them; null if the client does not read it.
    stream* spare_stream() const;

    /// The client begins a request whose stream is `out`. Moves requests of the child that wait for a reader, or were lost, to that stream.
    void carry_held_requests(const std::shared_ptr<stream>& out);

    /// The client opens the general stream anew: it gets the requests that wait on another stream for a reader, or were lost. To be called before the
    /// new reader attaches. SDKs open the stream a second time only if they have lost the first one.
    void on_listening();

    /// The client resumes the stream of that number: it has the child's requests there, or gets them now. `source` is null if only events of that
    /// stream are left. To be called before the new reader attaches.
    void on_resumed(const std::shared_ptr<stream>& source, std::uint64_t stream_number);

    /// The client no longer reads `source`, which broke: moves what waits there, and the child's requests that the client may not have seen, to a
    /// stream that the client reads. If there is none, they wait there if the client can come back, or else on the general stream; only the child's
    /// requests wait.
    void on_reader_lost(stream& source);

    // ---- time

    /// Refuses the requests that have waited too long for a stream or for the client's answer.
    void refuse_overdue(core::clock::time_point now);

    /// The tasks of the client whose progress may still come, of any child.
    running_tasks& tasks() const { return *tasks_; }

    /// The number of requests of the child that the client has not answered.
    std::size_t open_requests() const { return asked_.size(); }

private:
    std::shared_ptr<stream> first_call_stream(bool (stream::*is_right)() const) const;
    std::shared_ptr<stream> read_stream() const;
    std::shared_ptr<stream> stream_of(const child::call_sink* asking) const;
    std::shared_ptr<stream> carrier() const;
    void ask(const std::shared_ptr<stream>& target, std::string text, std::uint64_t number);
    void move(std::uint64_t number, const std::shared_ptr<stream>& target);
    stream* log_stream() const;
    void withdraw_request(const child::link& link, const jsonrpc::envelope& message);

    const mcp::client_capabilities& declared_;
    const call_set& calls_;
    std::shared_ptr<stream> general_;
    resumable_streams& streams_;
    const core::limits& bounds_;
    asked_requests asked_;
    std::shared_ptr<running_tasks> tasks_;
};

}  // namespace bridge::session
