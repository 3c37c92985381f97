// The writer of the reply to one HTTP request.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/async.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/http/connection_state.hpp"
#include "bridge/http/status.hpp"

namespace bridge::http {

using socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, core::executor>;

/// One reply: either a whole one, with `send`, or a stream of server-sent events. The first of the two that is used decides. If the client
/// reads slowly, the write has the deadline of a `transfer`. After a failed write `is_broken` is true and nothing more is written. The reply
/// is written by hand and not by Beast: a serializer would add nothing for the few headers that the bridge chooses itself.
class reply {
public:
    struct manner {
        bool keeps_alive;         ///< the connection stays open after the reply
        bool is_http_1_0;         ///< no chunks: a stream ends with the connection
        bool is_head;             ///< headers only
        std::string_view origin;  ///< the origin that CORS headers allow; empty for none
    };

    /// `peer` must be in non-blocking mode. `state` belongs to the connection; while a client reads a reply slowly, its deadline is that of
    /// a transfer with `patience`. `out` is an empty string for the bytes to write; it keeps its capacity from one reply to the next.
    /// `account` pays for the bytes that are not written at once; null charges nobody.
    reply(socket& peer, connection_state& state, std::chrono::milliseconds patience, std::string& out, manner reply_manner,
          core::memory_account_ptr account = {})
        : socket_(peer), state_(state), patience_(patience), how_(reply_manner), out_(out),
          unsent_charge_(std::move(account), core::memory_use::reply) {}

    connection_state& state_of_connection() { return state_; }

    /// Adds a header. Call it before the reply is started.
    void add_header(std::string_view name, std::string_view value);

    /// Sends the interim reply 100 (RFC 9110, section 10.1.1): the client may send its body.
    core::task<void> send_continue();

    /// Makes a whole reply and writes as much of it as the socket accepts at once, which is nearly always all. Call `flush` afterwards if
    /// `has_unsent`. An empty `type` means no body.
    void put(status reply_status, std::string_view type, std::string body);

    /// As above, with a body that consists of `parts`. No part is copied.
    void put(status reply_status, std::string_view type, std::vector<std::string> parts);

    /// Calls `put`, and `flush` if bytes are left.
    core::task<void> send(status reply_status, std::string_view type, std::string body);

    /// Starts a stream with status 200. The head is sent with the first events or the first comment, at the next `flush`.
    void start_stream();
    /// Adds an event of type `type`. `id` may be empty.
    void add_event(std::string_view data, std::string_view id = {}, std::string_view type = "message");
    /// Adds an event of type `message`. Moves `data` into the reply if it is large, so that it is not copied.
    void add_event(std::string&& data, std::string_view id);
    /// Adds an event without data. It gives the client the `id` to resume from and the delay before it reconnects.
    void add_bookmark(std::string_view id, std::chrono::milliseconds delay);
    /// Adds the `endpoint` event of HTTP+SSE, with the `id` to resume from and the delay before the client reconnects. All of it is in one
    /// event, because some clients treat separate fields as an event of their own.
    void add_endpoint(std::string_view url, std::string_view id, std::chrono::milliseconds delay);
    /// Adds a comment of one line, without an empty line behind it. After an id, an empty line would make some decoders (httpx-sse) deliver
    /// an empty event.
    void add_comment(std::string_view text);
    bool has_unsent() const { return !out_.empty() || !chunk_.empty(); }

    /// Writes everything, and waits for the client as long as it makes progress.
    core::task<void> flush();

    /// Ends a stream. Call `flush` afterwards.
    void end_stream();

    /// Checks whether the client has closed its side. Otherwise the next turn of the loop finds out, at the latest.
    void look_for_client();

    bool is_stream() const { return streams_; }
    bool is_broken() const { return broken_; }
    bool was_sent() const { return sent_; }

    /// After the reply: true if another request may follow on this connection.
    bool keeps_alive() const { return how_.keeps_alive && !broken_ && sent_; }
    void close_afterwards() { how_.keeps_alive = false; }

private:
    void append_head(status reply_status, std::string_view type);
    void append_chunk_size(std::size_t size);
    void close_chunk();
    void append_length(std::size_t size);
    std::string& last_part() { return more_.empty() ? out_ : more_.back(); }
    std::vector<boost::asio::const_buffer> unsent() const;
    std::size_t total() const;
    void write_now();
    void clear();

    socket& socket_;
    connection_state& state_;
    std::chrono::milliseconds patience_;
    manner how_;
    std::string headers_;
    std::string& out_;                   // bytes being written
    std::vector<std::string> more_;      // the bytes behind `out_`: texts that are too large to copy, each followed by the text behind it
    std::size_t written_ = 0;            // bytes of all these that were written
    core::memory_charge unsent_charge_;  // for all these, while the client is slow
    std::string chunk_;
    bool streams_ = false;
    bool sent_ = false;
    bool broken_ = false;
};

}  // namespace bridge::http
