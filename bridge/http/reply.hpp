// Writes the answer to one HTTP request.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/memory_budget.hpp"
#include "bridge/http/transfer.hpp"

namespace bridge::http {

using socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, core::executor>;

/// A status line's number and words.
struct status {
    int code;
    std::string_view reason;
};

namespace statuses {
inline constexpr status ok{200, "OK"};
inline constexpr status accepted{202, "Accepted"};
inline constexpr status no_content{204, "No Content"};
inline constexpr status bad_request{400, "Bad Request"};
inline constexpr status unauthorized{401, "Unauthorized"};
inline constexpr status forbidden{403, "Forbidden"};
inline constexpr status not_found{404, "Not Found"};
inline constexpr status method_not_allowed{405, "Method Not Allowed"};
inline constexpr status not_acceptable{406, "Not Acceptable"};
inline constexpr status content_too_large{413, "Content Too Large"};
inline constexpr status uri_too_long{414, "URI Too Long"};
inline constexpr status unsupported_media_type{415, "Unsupported Media Type"};
inline constexpr status too_many_requests{429, "Too Many Requests"};
inline constexpr status headers_too_large{431, "Request Header Fields Too Large"};
inline constexpr status unavailable{503, "Service Unavailable"};
}  // namespace statuses

/// A reply that is sent as its messages come, as the server's walk over all connections sees it.
class live_stream {
public:
    virtual ~live_stream() = default;

    /// The client has closed its side, as `line::client_left` says.
    virtual void on_departure() = 0;

    /// True once messages were lost because the client reads too slowly.
    virtual bool has_overflowed() const = 0;
};

/// What a connection and the server's walk over all connections tell each other.
struct line {
    core::clock::time_point deadline = core::clock::time_point::max();  ///< the server closes the connection then
    live_stream* current_stream = nullptr;  ///< the reply that is sent as its messages come; null for none
    bool client_left = false;            ///< the client has closed its side meanwhile
    transfer moving;                     ///< a body that is received, or a reply that the client takes slowly
    bool is_sending = false;             ///< it is a reply: the walk looks how much of it the client has
    std::size_t handed_over = 0;         ///< of it to the kernel
    bool is_shed = false;                ///< cut off because memory is short: what waits for the client is given up
    std::function<void()> on_departure{};  ///< called once if it does, while no stream is sent but something is waited for
};

/// One reply: either whole, by `send`, or a stream of server-sent events. The first of the two that is used decides. It is written by hand and not by
/// Beast: a serializer would add nothing for the few headers that the bridge chooses itself, and it is the same few bytes each time.
/// A write that the client takes slowly has the deadline of a `transfer`; after a failed write `is_broken` is true and nothing more is written.
class reply {
public:
    struct manner {
        bool keeps_alive;             ///< the connection stays open afterwards
        bool is_http_1_0;             ///< no chunks, then: a stream ends with the connection
        bool is_head;                 ///< headers only
        std::string_view origin;      ///< to be allowed by CORS headers; empty for none
    };

    /// `to` must be in non-blocking mode. `state`: the connection's; while a client takes a write slowly, its deadline is that of a transfer
    /// with `patience`. `out`: an empty string to write with, which keeps its room from one reply to the next. `account` pays for what is
    /// not written at once; null for nobody.
    reply(socket& to, line& state, std::chrono::milliseconds patience, std::string& out, manner how, core::memory_account_ptr account = {})
        : socket_(to), line_(state), patience_(patience), how_(how), out_(out), unsent_charge_(std::move(account), core::memory_use::reply) {}

    line& connection_line() { return line_; }

    /// A header of the reply. To be added before the reply is started.
    void add_header(std::string_view name, std::string_view value);

    /// Sends the interim reply 100 (RFC 9110, section 10.1.1): the client may send its body.
    core::task<void> send_continue();

    /// Makes a whole reply and writes as much of it as the socket takes at once, nearly always all. `flush` must follow if
    /// `has_unsent`. An empty `type` means no body.
    void put(status what, std::string_view type, std::string body);

    /// The same with a body that consists of `parts`, none of which is copied.
    void put(status what, std::string_view type, std::vector<std::string> parts);

    /// Both of these.
    core::task<void> send(status what, std::string_view type, std::string body);

    /// Starts a stream with status 200; together with its first events or comment it goes out at the next `flush`.
    void start_stream();
    /// An event of type `message`, or `type`; `id` may be empty.
    void add_event(std::string_view data, std::string_view id = {}, std::string_view type = "message");
    /// The same, but takes `data` over if it is large, so that it need not be copied.
    void add_event(std::string&& data, std::string_view id);
    /// An event without data, which tells the client the `id` to come back with and after which delay.
    void add_bookmark(std::string_view id, std::chrono::milliseconds delay);
    /// The `endpoint` event of HTTP+SSE, with the `id` to come back with and after which delay. All in one, because some
    /// clients take what stands alone for an event.
    void add_endpoint(std::string_view url, std::string_view id, std::chrono::milliseconds delay);
    /// One line, without an empty one behind it: that would make some decoders (httpx-sse) hand out an empty event once
    /// they have seen an id.
    void add_comment(std::string_view text);
    bool has_unsent() const { return !out_.empty() || !chunk_.empty(); }

    /// Writes everything, waiting for the client as long as it makes progress.
    core::task<void> flush();

    /// Ends a stream; `flush` must follow.
    void end_stream();

    /// Notes at once whether the client has closed its side, which is otherwise noticed on the next walk of the server.
    void look_for_client();

    bool is_stream() const { return streams_; }
    bool is_broken() const { return broken_; }
    bool was_sent() const { return sent_; }

    /// After the reply: whether another request may follow on this connection.
    bool keeps_alive() const { return how_.keeps_alive && !broken_ && sent_; }
    void close_afterwards() { how_.keeps_alive = false; }

private:
    void append_head(status what, std::string_view type);
    void append_chunk_size(std::size_t size);
    void close_chunk();
    void append_length(std::size_t size);
    std::string& last_part() { return more_.empty() ? out_ : more_.back(); }
    std::vector<boost::asio::const_buffer> unsent() const;
    std::size_t total() const;
    void write_now();
    void clear();

    socket& socket_;
    line& line_;
    std::chrono::milliseconds patience_;
    manner how_;
    std::string headers_;
    std::string& out_;   // being written
    std::vector<std::string> more_;  // behind it: texts that are too large to be copied there, each with what stands behind it
    std::size_t written_ = 0;        // bytes of all these that are written
    core::memory_charge unsent_charge_;  // of all these, while the client is waited for
    std::string chunk_;
    bool streams_ = false;
    bool sent_ = false;
    bool broken_ = false;
};

}  // namespace bridge::http
