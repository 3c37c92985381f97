#include "bridge/http/body_reader.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <functional>
#include <optional>
#include <utility>

#include "bridge/core/turn.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/platform/peer.hpp"

namespace bridge::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t envelope_room = 256;

// Gives `text`, a body of unknown length, the capacity `wanted`. A string that grows by itself copies itself in one turn. `account` pays for both
// copies.
core::task<void> grow_in_slices(core::executor executor, std::string& text, std::size_t wanted, const core::memory_account_ptr& account) {
    core::memory_charge twice(account, core::memory_use::request_body);
    twice.set(text.size());
    std::string grown;
    grown.reserve(wanted);
    core::turn turn(executor);
    while (grown.size() < text.size()) {
        grown.append(text, grown.size(), jsonrpc::slice_bytes);
        if (turn.is_over()) co_await turn.next();
    }
    text = std::move(grown);
}

// True if the client has closed the connection, or the server has. For times when nothing is read from the connection.
bool has_gone(socket& peer) {
    if (!peer.is_open()) return true;
    return platform::has_peer_closed(peer.native_handle());
}

}  // namespace

bool body_reader::admits(const request_head& head, const core::memory_account& account) const {
    return head.body_bytes <= core::small_message_bytes || context_.bodies.admits(account, head.body_bytes);
}

void body_reader::begin(incoming_request& incoming, body_use use, const core::memory_account_ptr& account) const {
    incoming.begin_body(longest_body(use, context_.bounds), use == body_use::message, account);
    const std::size_t length = incoming.head().body_bytes;
    // A large body is forwarded without a copy, in a new envelope that can be a little longer.
    if (use == body_use::message && length > jsonrpc::slice_bytes) incoming.body().text.reserve(length + envelope_room);
}

core::task<boost::system::error_code> body_reader::read(incoming_request& incoming, const core::memory_account& account) {
    request_body& body = incoming.body();
    const std::size_t length = incoming.head().body_bytes;
    transfer& moving = on_.state.moving;
    moving.begin(length, context_.bounds.body_timeout, core::clock::now());
    std::optional<body_queue::entry> queue_entry;
    std::size_t received = body.text.size();
    boost::system::error_code error = beast::http::error::need_more;
    while (error == beast::http::error::need_more) {
        body.pay();
        if (body.text.size() > core::small_message_bytes) {
            if (!queue_entry && !context_.bodies.admits(account, std::max(length, body.text.size()))) co_return boost::asio::error::no_memory;
            if (!queue_entry) queue_entry.emplace(context_.bodies, body.charge);
            if (!queue_entry->may_grow_to(body.cost_of(body.text.size() + read_size))) {
                error = co_await wait_for_memory(*queue_entry, body);
                if (error) co_return error;
                error = beast::http::error::need_more;
            }
        }
        const std::size_t next = body.text.size() + input_.unparsed().size() + read_size;
        if (length == 0 && body.text.size() > jsonrpc::slice_bytes && next > body.text.capacity()) {
            co_await grow_in_slices(context_.executor, body.text, std::max(next, 2 * body.text.capacity()), body.charge.account());
        }
        // A chunk's size line, or a trailer, does not end.
        if (input_.is_full()) co_return beast::http::error::buffer_overflow;
        on_.state.deadline = moving.deadline();
        const auto [failed, count] = co_await on_.peer.async_read_some(input_.prepare(), core::nothrow);
        if (failed) co_return beast::http::error::partial_message;
        input_.receive(count);
        received += count;
        moving.advance_to(received, core::clock::now());
        error = incoming.parse();
    }
    on_.state.deadline = core::clock::time_point::max();
    co_return error;
}

core::task<boost::system::error_code> body_reader::wait_for_memory(body_queue::entry& queue_entry, request_body& body) {
    const auto since = core::clock::now();
    on_.state.deadline = core::clock::time_point::max();
    std::function<bool()> is_over = [this] { return has_gone(on_.peer); };
    const std::size_t bytes = body.cost_of(body.text.size() + read_size);
    const bool has_room = co_await queue_entry.wait(bytes, since + context_.bounds.body_timeout, std::move(is_over));
    on_.state.moving.excuse(core::clock::now() - since);
    if (has_room) co_return boost::system::error_code();
    co_return boost::asio::error::no_memory;
}

}  // namespace bridge::http
