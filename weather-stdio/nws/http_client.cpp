#include "weather-stdio/nws/http_client.hpp"

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdint>

#include "weather-stdio/nws/connect.hpp"
#include "weather-stdio/nws/http_error.hpp"
#include "weather-stdio/nws/tls.hpp"

namespace nws {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using bridge::core::nothrow_framed;
using bridge::core::result;
using bridge::core::task;
using request = http::request<http::empty_body>;
using tcp_stream = beast::basic_stream<asio::ip::tcp, bridge::core::executor>;
using tls_stream = asio::ssl::stream<tcp_stream>;

// The parts of an answer that the client uses. Declared with a constructor, because g++ 12 destroys aggregates in co_await twice.
struct answer {
    answer() = default;
    unsigned status = 0;
    std::string location;
    std::string body;
};

deadline soonest(std::chrono::seconds step, deadline last_moment) {
    return std::min(last_moment, std::chrono::steady_clock::now() + step);
}

boost::system::error_code explain(const boost::system::error_code& error) {
    if (error == beast::error::timeout) return http_errc::timed_out;
    if (error == http::error::body_limit || error == http::error::header_limit) return http_errc::too_large;
    if (error.category() == make_error_code(http::error::bad_version).category() && error != http::error::partial_message &&
        error != http::error::end_of_stream) {
        return http_errc::malformed;
    }
    return http_errc::broken_connection;
}

request make_request(const http_target& target, const std::string& user_agent) {
    request made(http::verb::get, target.path, 11);
    made.set(http::field::host, target.authority);
    made.set(http::field::user_agent, user_agent);
    made.set(http::field::accept, "application/geo+json, application/json;q=0.9");
    made.set(http::field::accept_encoding, "identity");
    made.set(http::field::connection, "close");
    return made;
}

// Sends the request and reads the answer on a connected stream whose deadline is set.
template <class Stream>
task<result<answer>> exchange(Stream& stream, request& sent, const http_limits& limits) {
    auto [write_error, written] = co_await http::async_write(stream, sent, nothrow_framed);
    if (write_error) co_return explain(write_error);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header));
    parser.body_limit(limits.body);
    auto [read_error, read] = co_await http::async_read(stream, buffer, parser, nothrow_framed);
    if (read_error) co_return explain(read_error);
    answer received;
    received.status = parser.get().result_int();
    received.location = std::string(parser.get()[http::field::location]);
    received.body = std::move(parser.get().body());
    co_return received;
}

task<result<answer>> exchange_plain(http_target target, std::string user_agent, std::optional<http_proxy> proxy, http_limits limits,
                                    deadline last_moment) {
    auto sent = make_request(target, user_agent);
    if (proxy) {
        sent.target(url_of(target));
        if (!proxy->authorization.empty()) sent.set(http::field::proxy_authorization, proxy->authorization);
    }
    const auto& first_host = proxy ? proxy->host : target.host;
    const auto& first_port = proxy ? proxy->port : target.port;
    auto socket = co_await connect_to(first_host, first_port, soonest(limits.connect, last_moment));
    if (!socket) co_return socket.error();
    tcp_stream stream(std::move(*socket));
    stream.expires_at(soonest(limits.exchange, last_moment));
    co_return co_await exchange(stream, sent, limits);
}

task<result<tcp_socket>> connect(const http_target& target, std::optional<http_proxy> proxy, deadline last_moment) {
    if (proxy) return connect_through(std::move(*proxy), target, last_moment);
    return connect_to(target.host, target.port, last_moment);
}

task<result<answer>> exchange_tls(http_target target, std::string user_agent, std::optional<http_proxy> proxy, http_limits limits,
                                  asio::ssl::context& context, deadline last_moment) {
    auto socket = co_await connect(target, std::move(proxy), soonest(limits.connect, last_moment));
    if (!socket) co_return socket.error();
    tls_stream stream(tcp_stream(std::move(*socket)), context);
    if (!expect_host(stream.native_handle(), target.host)) co_return http_errc::tls_failed;
    stream.next_layer().expires_at(soonest(limits.handshake, last_moment));
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, nothrow_framed);
    if (error) co_return explain_handshake_failure(stream.native_handle(), error);
    stream.next_layer().expires_at(soonest(limits.exchange, last_moment));
    auto sent = make_request(target, user_agent);
    // No closing handshake is needed: the framing of the answer shows that it is complete.
    co_return co_await exchange(stream, sent, limits);
}

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

http_client::http_client(std::string user_agent, proxy_settings proxies, http_limits limits)
    : user_agent_(std::move(user_agent)), proxies_(std::move(proxies)), limits_(limits) {}

http_client::~http_client() = default;
http_client::http_client(http_client&&) noexcept = default;

asio::ssl::context& http_client::tls() {
    if (!tls_) tls_ = make_tls_context();
    return *tls_;
}

task<result<std::string>> http_client::get(http_target target, deadline last_moment) {
    for (unsigned redirects = 0; redirects <= limits_.redirects; ++redirects) {
        auto proxy = proxies_.proxy_for(target);
        if (!proxy) co_return proxy.error();
        auto asked = target.tls ? exchange_tls(target, user_agent_, std::move(*proxy), limits_, tls(), last_moment)
                                : exchange_plain(target, user_agent_, std::move(*proxy), limits_, last_moment);
        auto received = co_await std::move(asked);
        if (!received) co_return received.error();
        if (received->status == 200) co_return std::move(received->body);
        if (!is_redirect(received->status) || received->location.empty()) co_return status_error(received->status);
        auto next = follow_redirect(target, received->location);
        if (!next) co_return next.error();
        target = std::move(*next);
    }
    co_return http_errc::too_many_redirects;
}

}  // namespace nws
