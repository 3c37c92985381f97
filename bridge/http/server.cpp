#include "bridge/http/server.hpp"

#include <linux/sockios.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <exception>

#include "bridge/core/metrics.hpp"

namespace bridge::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

// How exactly deadlines are kept. One walk over all connections replaces a timer for every read and write.
constexpr auto sweep_interval = 100ms;

// What is on its way when the bridge is stopped may still arrive; a client that sends half a request and no more must not
// hold it up.
constexpr auto head_grace = 500ms;

// How long a connection has to have been idle before it makes room for another.
constexpr auto forgotten_after = 2s;

// How long a client must have taken nothing of what is written to it before it is cut off because memory is short.
constexpr auto stalled_after = 5s;

// When the process has no descriptor left, accepting pauses, longer each time, and never ends.
constexpr auto first_pause = 5ms;
constexpr auto longest_pause = 1000ms;

void report(std::exception_ptr failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        spdlog::error("a connection failed: {}", error.what());
    }
}

// The bound that a connection has hit whose deadline has passed; none if that was its age, which it counts itself.
std::optional<core::bound> hit_by(const connection& late) {
    switch (late.current) {
        case phase::idle:
            if (late.state.deadline == late.old_at) break;
            return core::bound::idle_timeout;
        case phase::lingering: break;
        case phase::reading_head: return core::bound::header_timeout;
        case phase::reading_body: return core::bound::body_timeout;
        case phase::serving: return core::bound::write_timeout;
    }
    return std::nullopt;
}

}  // namespace

server::server(core::executor where, context& with)
    : where_(where), context_(with), acceptor_(where), slot_(where), emptied_(where), tick_(where) {}

std::string server::listen(const std::string& address, std::uint16_t port) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return "'" + address + "' is not an IP address";
    const tcp::endpoint endpoint(ip, port);
    const auto failed = [&](const char* step) {
        return std::string("cannot ") + step + " " + address + " port " + std::to_string(port) + ": " + error.message();
    };
    if (acceptor_.open(endpoint.protocol(), error); error) return failed("open a socket for");
    // The Functions host starts the next process on the same port right after the last.
    if (acceptor_.set_option(tcp::acceptor::reuse_address(true), error); error) return failed("share");
    if (acceptor_.bind(endpoint, error); error) return failed("bind to");
    if (acceptor_.listen(asio::socket_base::max_listen_connections, error); error) return failed("listen on");
    port_ = acceptor_.local_endpoint(error).port();
    return {};
}

core::task<void> server::accept() {
    std::chrono::milliseconds pause = first_pause;
    while (!draining_) {
        if (is_full()) {
            co_await wait_for_room();
            continue;
        }
        auto [error, peer] = co_await acceptor_.async_accept(core::nothrow);
        if (draining_ || error == asio::error::operation_aborted) break;
        if (error) {
            if (error == asio::error::no_descriptors) {
                core::meters().note_hit(core::bound::descriptors);
                close_forgotten();
            }
            spdlog::warn("cannot accept a connection: {}", error.message());
            co_await slot_.wait_until(core::clock::now() + pause);
            pause = std::min(pause * 2, std::chrono::milliseconds(longest_pause));
            continue;
        }
        pause = first_pause;
        ++core::meters().connections_accepted;
        // Replies are written whole, so Nagle's algorithm could only delay them.
        peer.set_option(tcp::no_delay(true), error);
        peer.non_blocking(true, error);
        connections_.emplace_back(std::move(peer));
        asio::co_spawn(where_, serve(*this, std::prev(connections_.end())), report);
    }
}

// Until there is room for another, if another comes.
core::task<void> server::wait_for_room() {
    co_await acceptor_.async_wait(tcp::acceptor::wait_read, core::nothrow);
    if (draining_ || !is_full()) co_return;
    core::meters().note_hit(core::bound::connections);
    while (!draining_ && is_full()) {
        close_forgotten();
        co_await slot_.wait_until(core::clock::now() + sweep_interval);
    }
}

// Most clients keep connections for a next request that may never come. To close one between requests is allowed (RFC 9112, section 9.6);
// a request that is on its way just then is lost, so one that was used a moment ago is left alone.
void server::close_forgotten() {
    const auto forgotten = core::clock::now() - forgotten_after;
    connection* longest = nullptr;
    for (connection& each : connections_) {
        if (each.current != phase::idle || each.idle_since > forgotten) continue;
        if (longest == nullptr || each.idle_since < longest->idle_since) longest = &each;
    }
    boost::system::error_code ignored;
    if (longest != nullptr) longest->peer.close(ignored);
}

core::task<void> server::serve(server& self, std::list<connection>::iterator which) {
    struct leaving {
        ~leaving() {
            self.connections_.erase(which);
            self.slot_.notify();
            self.emptied_.notify();
        }
        server& self;
        std::list<connection>::iterator which;
    };
    const leaving guard{self, which};
    co_await serve_connection(self.context_, *which);
}

core::task<void> server::sweep() {
    while (!draining_ || !connections_.empty()) {
        tick_.expires_after(sweep_interval);
        co_await tick_.async_wait(core::nothrow);
        const auto now = core::clock::now();
        note_deliveries(now);
        for (connection& each : connections_) {
            // A stream that loses messages to a slow reader is cut off now, not when its blocked write gives up.
            const bool is_too_slow = each.state.reading != nullptr && each.state.reading->has_overflowed();
            if (each.state.deadline > now && !is_too_slow) continue;
            if (const auto which = hit_by(each); which && !is_too_slow) core::meters().note_hit(*which);
            log_cut(each, now);
            boost::system::error_code ignored;
            each.peer.close(ignored);
        }
        cut_longest_stall(now);
        notice_departures();
    }
}

// Looks how much of their replies those clients have that take them slowly, which moves their deadlines.
void server::note_deliveries(core::clock::time_point now) {
    for (connection& each : connections_) {
        line& state = each.state;
        int queued = 0;
        if (!state.is_sending || ::ioctl(each.peer.native_handle(), SIOCOUTQ, &queued) != 0) continue;
        state.moving.advance_to(state.handed_over - std::min(state.handed_over, static_cast<std::size_t>(queued)), now);
        state.deadline = state.moving.deadline();
    }
}

// A client's body or reply is cut off at its deadline: what it had sent or taken by then.
void server::log_cut(const connection& late, core::clock::time_point now) {
    const bool is_body = late.current == phase::reading_body;
    if ((!is_body && !late.state.is_sending) || !cuts_.admits(now)) return;
    spdlog::warn("{}: {} ({}){}", is_body ? "a client was cut off that sent its request too slowly" : "a client was cut off that took its reply too slowly",
                 late.state.moving.describe_end(now), is_body ? "--body-timeout" : "--write-timeout", cuts_.text_of_skipped());
}

// While memory is short, what waits for a client that takes nothing helps nobody: the one that has taken nothing for the longest time is cut off.
void server::cut_longest_stall(core::clock::time_point now) {
    if (!context_.memory.is_tight()) return;
    connection* longest = nullptr;
    for (connection& each : connections_) {
        if (!each.state.is_sending || each.state.is_shed || now - each.state.moving.last_progress() < stalled_after) continue;
        if (longest == nullptr || each.state.moving.last_progress() < longest->state.moving.last_progress()) longest = &each;
    }
    if (longest == nullptr) return;
    context_.memory.report(core::memory_measure::stream_cut,
                           "a client that takes nothing was cut off: it had " + longest->state.moving.describe_end(now));
    longest->state.is_shed = true;
    boost::system::error_code ignored;
    longest->peer.close(ignored);
}

// Tells the replies that wait for a child which of their clients have closed the connection: nothing is read from a
// connection meanwhile, so that would come out only at the next write. One system call for all.
void server::notice_departures() {
    polled_.clear();
    for (connection& each : connections_) {
        if (each.state.reading != nullptr && !each.state.client_left) polled_.push_back({each.peer.native_handle(), POLLRDHUP, 0});
    }
    if (polled_.empty() || ::poll(polled_.data(), polled_.size(), 0) <= 0) return;
    auto answer = polled_.begin();
    for (connection& each : connections_) {
        if (each.state.reading == nullptr || each.state.client_left) continue;
        if (answer++->revents == 0) continue;
        each.state.client_left = true;
        each.state.reading->changed().notify();
    }
}

void server::drain() {
    draining_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    slot_.notify();
    const auto rest_of_head = core::clock::now() + head_grace;
    for (connection& each : connections_) {
        each.is_draining = true;
        if (each.current == phase::idle) each.peer.close(ignored);
        if (each.current == phase::reading_head) each.state.deadline = std::min(each.state.deadline, rest_of_head);
    }
}

void server::close_all() {
    boost::system::error_code ignored;
    for (connection& each : connections_) each.peer.close(ignored);
}

core::task<bool> server::wait_until_empty(core::clock::time_point deadline) {
    while (!connections_.empty() && core::clock::now() < deadline) co_await emptied_.wait_until(deadline);
    co_return connections_.empty();
}

}  // namespace bridge::http
