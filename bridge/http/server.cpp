#include "bridge/http/server.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/http/descriptor_share.hpp"
#include "bridge/platform/peer.hpp"

namespace bridge::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

// The precision of deadlines. One sweep over all connections replaces a timer for every read and write.
constexpr auto sweep_interval = 100ms;

// When the bridge is stopped, a request that is on its way may still arrive for this long. A client that sends half a request must not
// delay the stop.
constexpr auto head_grace = 500ms;

// Connections with unfinished heads that a sweep closes while heads hold too much memory. The memory of a closed one comes back in a later turn.
constexpr std::size_t most_closed_for_memory = 64;
constexpr auto heads_make_room_for = 1s;

constexpr auto log_interval = 10s;

// While memory is short, a client that has read nothing for this long may be cut off.
constexpr auto stalled_after = 5s;

// When the process has no descriptor left, the accept loop pauses, longer each time, but never ends.
constexpr auto first_pause = 5ms;
constexpr auto longest_pause = 1000ms;

// Returns the limit that the connection has reached, after its deadline has passed. Returns nothing if it was the age, which the connection
// counts itself.
std::optional<core::bound> hit_by(const connection& late) {
    switch (late.current) {
        case phase::idle:
            if (late.state.deadline == late.old_at) break;
            return core::bound::idle_timeout;
        case phase::refusing:
        case phase::lingering: break;
        case phase::reading_head: return core::bound::header_timeout;
        case phase::reading_body: return core::bound::body_timeout;
        case phase::serving: return core::bound::write_timeout;
    }
    return std::nullopt;
}

}  // namespace

server::server(core::executor loop_executor, context& server_context, request_handler& handler)
    : executor_(loop_executor), context_(server_context), handler_(handler), sockets_(loop_executor), departures_(loop_executor),
      emptied_(loop_executor), tick_(loop_executor) {}

std::string server::listen(const std::string& host, std::uint16_t port, std::vector<given_socket> given) {
    return prepare(sockets_.listen(host, port, std::move(given)));
}

std::string server::listen(std::vector<given_socket> given) {
    return prepare(sockets_.use(std::move(given)));
}

// Prepares what the server needs beside its sockets, unless these have failed. Returns the failure in words.
std::string server::prepare(std::string failure) {
    if (failure.empty()) failure = departures_.open();
    other_descriptors_ = open_descriptors();
    return failure;
}

core::task<void> server::accept(std::size_t number) {
    listening_socket& used = sockets_.at(number);
    std::chrono::milliseconds pause = first_pause;
    while (is_listening_) {
        if (!has_room()) {
            co_await wait_for_room(used);
            continue;
        }
        auto [error, peer] = co_await used.acceptor.async_accept(core::nothrow);
        if (draining_ || error == asio::error::operation_aborted) break;
        if (error) {
            if (error == asio::error::no_descriptors || error.value() == ENFILE) {
                core::meters().count_hit(core::bound::descriptors);
                make_room();
            }
            spdlog::warn("cannot accept a connection: {}", error.message());
            co_await used.slot.wait_until(core::clock::now() + pause);
            pause = std::min(pause * 2, std::chrono::milliseconds(longest_pause));
            continue;
        }
        pause = first_pause;
        ++core::meters().connections_accepted;
        const auto client = peer.remote_endpoint(error).address();
        if (!admits(client)) continue;
        // The accept loop of another address can have used the last place meanwhile.
        if (connections_.size() >= context_.bounds.connections) make_room();
        // The bridge writes whole replies, so Nagle's algorithm could only delay them.
        peer.set_option(tcp::no_delay(true), error);
        peer.non_blocking(true, error);
        serve(std::move(peer), client);
        core::pass("http.accept");
    }
}

// ---- room

// Returns how many more connections the descriptors allow; negative if the connections use the reserve.
std::ptrdiff_t server::spare_descriptors() const {
    const std::size_t most = most_descriptors();
    // The listener for operators may use half of the reserve, so that health and metrics still answer.
    const std::size_t reserved = reserved_descriptors(most) / (context_.role == listener_role::operators ? 2 : 1);
    const std::size_t used = other_descriptors_ + passing_descriptors + connections_.size() - evicted_ + context_.other_descriptors().in_use;
    return static_cast<std::ptrdiff_t>(most) - static_cast<std::ptrdiff_t>(used + reserved);
}

// True if a new connection of `client` is within the limit of that client, or if an unproven connection of the client makes room for it.
// Otherwise the new connection is closed.
bool server::admits(const asio::ip::address& client) {
    const std::size_t most = context_.bounds.connections_per_address;
    if (most == 0 || crowd_.count_of(client) < most) return true;
    core::meters().count_hit(core::bound::address_connections);
    if (evict(crowd_.next_to_go_of(client, core::clock::now()))) return true;
    if (core::clock::now() >= next_log_) {
        next_log_ = core::clock::now() + log_interval;
        spdlog::warn("refused a connection of {}, which has {} (--limit max-connections-per-address=N)", client.to_string(), most);
    }
    return false;
}

// Waits for the next connection, and then until there is room for it.
core::task<void> server::wait_for_room(listening_socket& used) {
    co_await used.acceptor.async_wait(tcp::acceptor::wait_read, core::nothrow);
    if (!is_listening_ || has_room()) co_return;
    const bool is_full = connections_.size() >= context_.bounds.connections;
    core::meters().count_hit(is_full ? core::bound::connections : core::bound::descriptors);
    if (!is_full && core::clock::now() >= next_log_) {
        next_log_ = core::clock::now() + log_interval;
        spdlog::warn(
            "cannot accept a connection: few of {} file descriptors are left, and they are kept for server processes; `ulimit -n` "
            "raises their number",
            most_descriptors());
    }
    while (is_listening_ && !has_room()) {
        make_room();
        co_await used.slot.wait_until(core::clock::now() + sweep_interval);
    }
}

bool server::make_room() {
    const auto now = core::clock::now();
    crowd_member* const next = crowd_.next_to_go(now);
    const bool was_idle = next != nullptr && next->current_standing() == standing::idle;
    if (!evict(next)) return false;
    // Closing an idle connection loses nothing, so it is not logged.
    if (was_idle) return true;
    ++unlogged_;
    if (now < next_log_) return true;
    next_log_ = now + log_interval;
    spdlog::warn("closed {} connections whose requests had not arrived, to make room for others (at --max-connections, or few descriptors are left)",
                 std::exchange(unlogged_, 0));
    return true;
}

bool server::evict(crowd_member* member) {
    if (member == nullptr) return false;
    crowd_.move(*member, standing::busy, core::clock::now());
    auto& closed = static_cast<connection&>(*member);
    closed.was_evicted = true;
    ++evicted_;
    ++core::meters().connections_evicted;
    boost::system::error_code ignored;
    closed.peer.close(ignored);
    return true;
}

// Server processes use descriptors of the reserve. This refills the reserve by closing connections.
void server::give_descriptors_back() {
    if (context_.other_descriptors().is_short) make_room();
    while (spare_descriptors() < 0 && make_room()) {
    }
}

// While long heads are refused, the connections that have been sending theirs for longest are closed, until there is room for other long heads. Idle
// connections may hold more than that, so this ends a moment after the last refusal in any case.
void server::give_memory_of_heads_back(core::clock::time_point now) {
    const std::uint64_t refused = core::meters().memory_measures[static_cast<std::size_t>(core::memory_measure::head_refused)];
    if (std::exchange(refused_heads_, refused) != refused) closes_heads_until_ = now + heads_make_room_for;
    const bool has_room = context_.memory.used_for(core::memory_use::connection) <= context_.memory.limit() / 8;
    if (has_room || now >= closes_heads_until_) return;
    for (std::size_t closed = 0; closed < most_closed_for_memory && evict(crowd_.next_unproven_to_go(now)); ++closed) {
    }
}

// Keeps a connection in the list, and open, while it lives.
class server::listed {
public:
    listed(server& owner, socket peer, const asio::ip::address& client)
        : of_(&owner), which_(owner.connections_.emplace(owner.connections_.end(), std::move(peer), client)) {
        owner.crowd_.add(*which_, client, core::clock::now());
        which_->among = &owner.crowd_;
        which_->state.departure.set_up(owner.departures_, which_->peer.native_handle(), which_->state);
    }
    listed(listed&& other) noexcept : of_(std::exchange(other.of_, nullptr)), which_(other.which_) {}
    listed& operator=(listed&&) = delete;
    ~listed() {
        if (of_ == nullptr) return;
        if (which_->was_evicted) --of_->evicted_;
        of_->crowd_.remove(*which_);
        of_->connections_.erase(which_);
        of_->sockets_.wake();
        of_->emptied_.notify();
    }

    context& with() const { return of_->context_; }
    request_handler& handler() const { return of_->handler_; }
    connection& on() const { return *which_; }

private:
    server* of_;
    std::list<connection>::iterator which_;
};

void server::serve(socket peer, const asio::ip::address& client, std::string received, bool stays_here) {
    const core::coroutine_name named{"http.connection", "the connection is closed"};
    listed adopted(*this, std::move(peer), client);
    adopted.on().received = std::move(received);
    adopted.on().stays_here = stays_here;
    auto work = [mine = std::move(adopted)]() mutable { return run(std::move(mine)); };
    core::spawn(executor_, named, std::move(work), [] {});
}

core::task<void> server::run(listed mine) {
    co_await serve_connection(mine.with(), mine.handler(), mine.on());
}

core::task<void> server::sweep() {
    while (!draining_ || !connections_.empty()) {
        tick_.expires_after(sweep_interval);
        co_await tick_.async_wait(core::nothrow);
        core::pass("http.sweep");
        const auto now = core::clock::now();
        update_reply_deadlines(now);
        for (connection& each : connections_) {
            // A stream that loses messages to a slow reader is cut off now, not when its blocked write times out.
            const bool is_too_slow = each.state.current_stream != nullptr && each.state.current_stream->has_overflowed();
            if (each.state.deadline > now && !is_too_slow) continue;
            if (const auto which = hit_by(each); which && !is_too_slow) core::meters().count_hit(*which);
            log_cut(each, now);
            boost::system::error_code ignored;
            each.peer.close(ignored);
        }
        cut_longest_stall(now);
        give_descriptors_back();
        give_memory_of_heads_back(now);
    }
    departures_.close();
}

// Updates the deadlines of slow replies from the number of bytes that have reached the client.
void server::update_reply_deadlines(core::clock::time_point now) {
    for (connection& each : connections_) {
        connection_state& state = each.state;
        if (!state.is_sending) continue;
        const auto waiting = platform::unacknowledged_bytes(each.peer.native_handle());
        if (!waiting) continue;
        state.moving.advance_to(state.handed_over - std::min(state.handed_over, *waiting), now);
        state.deadline = state.moving.deadline();
    }
}

// Logs the cut-off of a client at the deadline of its body or reply, and the progress until then.
void server::log_cut(const connection& late, core::clock::time_point now) {
    const bool is_body = late.current == phase::reading_body;
    if ((!is_body && !late.state.is_sending) || !cuts_.admits(now)) return;
    spdlog::warn("{}: {} ({}){}", is_body ? "cut off a client that sent its request too slowly" : "cut off a client that read its reply too slowly",
                 late.state.moving.describe_end(now), is_body ? "--limit body-timeout=SECONDS" : "--limit write-timeout=SECONDS",
                 cuts_.text_of_skipped());
}

// While memory is short, data that waits for a stalled client is useless. This cuts off the client that has read nothing for the longest
// time.
void server::cut_longest_stall(core::clock::time_point now) {
    if (!context_.memory.is_tight()) return;
    connection* longest = nullptr;
    for (connection& each : connections_) {
        if (!each.state.is_sending || each.state.is_shed || now - each.state.moving.last_progress() < stalled_after) continue;
        if (longest == nullptr || each.state.moving.last_progress() < longest->state.moving.last_progress()) longest = &each;
    }
    if (longest == nullptr) return;
    context_.memory.report(core::memory_measure::stream_cut,
                           "cut off a client that reads nothing: it had " + longest->state.moving.describe_end(now));
    longest->state.is_shed = true;
    boost::system::error_code ignored;
    longest->peer.close(ignored);
}

void server::drain() {
    draining_ = true;
    is_listening_ = false;
    sockets_.close();
    sockets_.wake();
    boost::system::error_code ignored;
    const auto rest_of_head = core::clock::now() + head_grace;
    for (connection& each : connections_) {
        each.is_draining = true;
        if (each.current == phase::idle) each.peer.close(ignored);
        if (each.current == phase::reading_head) each.state.deadline = std::min(each.state.deadline, rest_of_head);
    }
}

std::size_t server::end_revoked() {
    std::size_t ended = 0;
    boost::system::error_code ignored;
    for (connection& each : connections_) {
        const bool is_under_way = each.current == phase::reading_body || each.current == phase::serving;
        if (!is_under_way || !each.key || context_.keys.has(*each.key)) continue;
        ++ended;
        each.peer.close(ignored);
        each.state.report_departure();
    }
    return ended;
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
