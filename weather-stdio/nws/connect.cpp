#include "weather-stdio/nws/connect.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using bridge::core::nothrow_framed;
using bridge::core::result;
using bridge::core::task;
using resolver = asio::ip::basic_resolver<tcp, bridge::core::executor>;
using tcp_stream = beast::basic_stream<tcp, bridge::core::executor>;

// The state of a resolution. It outlives the coroutine that waits for it.
struct resolution {
    explicit resolution(const bridge::core::executor& executor) : names(executor), done(executor) {}
    resolver names;
    asio::steady_timer done;
    boost::system::error_code error = http_errc::timed_out;
    resolver::results_type addresses;
};

// getaddrinfo cannot be interrupted. So at the deadline the caller stops waiting, and the call ends later, without a reader of its result.
task<result<resolver::results_type>> resolve(std::string host, std::string port, deadline last_moment) {
    const auto state = std::make_shared<resolution>(co_await asio::this_coro::executor);
    state->done.expires_at(last_moment);
    state->names.async_resolve(host, port, [state](boost::system::error_code error, resolver::results_type found) {
        state->error = error;
        state->addresses = std::move(found);
        state->done.cancel();
    });
    co_await state->done.async_wait(nothrow_framed);
    if (!state->error) co_return std::move(state->addresses);
    if (state->error == http_errc::timed_out) co_return state->error;
    spdlog::warn("cannot resolve {}: {}", host, state->error.message());
    co_return http_errc::unknown_host;
}

}  // namespace

task<result<tcp_socket>> connect_to(std::string host, std::string port, deadline last_moment) {
    const auto addresses = co_await resolve(host, port, last_moment);
    if (!addresses) co_return addresses.error();
    tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_at(last_moment);
    auto [error, endpoint] = co_await stream.async_connect(*addresses, nothrow_framed);
    if (error == beast::error::timeout) co_return http_errc::timed_out;
    if (error) {
        spdlog::warn("cannot connect to {} port {}: {}", host, port, error.message());
        co_return http_errc::unreachable;
    }
    co_return stream.release_socket();
}

task<result<tcp_socket>> connect_through(http_proxy proxy, http_target target, deadline last_moment) {
    auto connected = co_await connect_to(proxy.host, proxy.port, last_moment);
    if (!connected) co_return connected.error();
    tcp_stream stream(std::move(*connected));
    stream.expires_at(last_moment);

    // CONNECT always names the port (RFC 9110, 9.3.6).
    const bool is_ipv6 = target.host.find(':') != std::string::npos;
    const auto authority = (is_ipv6 ? "[" + target.host + "]" : target.host) + ":" + target.port;
    http::request<http::empty_body> request(http::verb::connect, authority, 11);
    request.set(http::field::host, authority);
    if (!proxy.authorization.empty()) request.set(http::field::proxy_authorization, proxy.authorization);
    auto [write_error, written] = co_await http::async_write(stream, request, nothrow_framed);
    if (write_error) co_return http_errc::broken_connection;

    http::response_parser<http::empty_body> parser;
    parser.skip(true);  // a tunnel has no body
    beast::flat_buffer buffer;
    auto [read_error, read] = co_await http::async_read_header(stream, buffer, parser, nothrow_framed);
    if (read_error == beast::error::timeout) co_return http_errc::timed_out;
    if (read_error) co_return http_errc::broken_connection;
    if (parser.get().result_int() != 200 || buffer.size() != 0) {
        spdlog::warn("the proxy answered CONNECT with status {}", parser.get().result_int());
        co_return http_errc::proxy_refused;
    }
    stream.expires_never();
    co_return stream.release_socket();
}

}  // namespace nws
