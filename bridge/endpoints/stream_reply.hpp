// The reply that carries a session's stream to the client.
#pragma once

#include <memory>
#include <vector>

#include "bridge/endpoints/context.hpp"
#include "bridge/endpoints/reply_policy.hpp"
#include "bridge/http/reply.hpp"
#include "bridge/session/event_ring.hpp"

namespace bridge::endpoints {

/// Reads one stream and writes it as the reply to one HTTP request. It knows no session: a `reply_policy` decides for the owner of the stream. The
/// reply chooses its form late. If only answers arrive, it sends them as JSON. If a message arrives first, or nothing for `limits::silence`, the
/// reply becomes a stream of server-sent events, and comments keep it alive. It ends
///
///     with the stream
///     when another reply replaces it as the reader of the stream
///     when the client has left or reads its messages too slowly: a resumable stream can then be resumed
///     at `limits::stream_max_age`, if the policy allows it
///
/// It notices a departure of the client at once (`http::departure_watch`).
class stream_reply : private http::live_stream {
public:
    struct manner {
        bool may_stream = true;    ///< the client accepts a stream
        bool must_stream = false;  ///< the client accepts nothing else
        bool is_batch = false;     ///< as JSON, the answers are an array
    };

    /// Attaches to `source`. The context, the policy and `http_reply` must outlive it.
    stream_reply(endpoint_context& context, reply_policy& policy, std::shared_ptr<session::stream> source, reply& http_reply, manner reply_manner,
                 core::clock::time_point now);
    ~stream_reply() override;
    stream_reply(const stream_reply&) = delete;
    stream_reply& operator=(const stream_reply&) = delete;

    /// Writes the events that the client has missed after `last` before anything else. To be called before `run`.
    void resume_after(session::event_id last, const std::vector<session::event_ring::event>& missed);

    /// Begins with the event that contains the URL for the POSTs of a client of HTTP+SSE, with the event id `id` for a reconnection. To be called
    /// before `run`.
    void begin_with_endpoint(std::string_view url, std::string_view id);

    core::task<void> run();

private:
    void on_departure() override;
    bool has_overflowed() const override { return source_->has_overflowed(); }
    bool is_replaced() const { return !source_->is_read_by(reader_); }
    bool advance();
    void start();
    void add_waiting();
    bool add_lost(std::uint64_t previous, std::uint64_t position);
    void react_to_departure();
    void conclude_plain();
    void act_on_time(core::clock::time_point now);

    endpoint_context& context_;
    reply_policy& policy_;
    std::shared_ptr<session::stream> source_;
    reply& reply_;
    manner manner_;
    session::stream::reader reader_;
    core::clock::time_point comment_time_;  // the time at which the silence has lasted long enough
    core::clock::time_point end_time_;      // the time at which the reply is old enough
    bool is_cut_ = false;                   // the client is not there for the rest
    bool is_complete_ = false;              // the reply was written to its end, although more may follow in another one
};

}  // namespace bridge::endpoints
