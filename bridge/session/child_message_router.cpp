#include "bridge/session/child_message_router.hpp"

#include <algorithm>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {

using jsonrpc::error_code::internal_error;
using jsonrpc::error_code::method_not_found;

// The stream of the oldest call for which `is_right` is true; null if there is none. The oldest comes first, because the server nearly always asks as
// a part of its work on a client's request.
std::shared_ptr<stream> child_message_router::first_call_stream(bool (stream::*is_right)() const) const {
    const auto found = std::ranges::find_if(calls_.all(), [&](const auto& each) { return (each->out().*is_right)(); });
    return found == calls_.all().end() ? nullptr : (*found)->shared_out();
}

// The stream on which the client gets a message at once; null if it reads none.
std::shared_ptr<stream> child_message_router::read_stream() const {
    if (auto read = first_call_stream(&stream::is_live)) return read;
    return general_->is_live() ? general_ : nullptr;
}

// The stream of the call `asking`, if the client can get a request there; null otherwise.
std::shared_ptr<stream> child_message_router::stream_of(const child::call_sink* asking) const {
    const auto found = std::ranges::find_if(calls_.all(), [asking](const auto& each) { return each.get() == asking; });
    return found != calls_.all().end() && (*found)->out().delivers() ? (*found)->shared_out() : nullptr;
}

// The stream for a request to the client; null if the client has requests in flight, but accepts no stream. See the rule at the class.
std::shared_ptr<stream> child_message_router::carrier() const {
    if (auto read = read_stream()) return read;
    if (auto kept = first_call_stream(&stream::delivers)) return kept;
    const bool accepts_streams = calls_.empty() || first_call_stream(&stream::accepts_messages);
    return accepts_streams ? general_ : nullptr;
}

stream* child_message_router::spare_stream() const {
    return general_->reaches_client() ? general_.get() : nullptr;
}

// Puts a request on a stream, where it can be cancelled or answered from now on.
void child_message_router::ask(const std::shared_ptr<stream>& target, std::string text, std::uint64_t number) {
    asked_.set_stream(number, target, core::clock::now());
    if (!target->push(std::move(text), number)) asked_.refuse(number, "the client does not take its messages");
}

// Puts a request on another stream than before, or again on the same one.
void child_message_router::move(std::uint64_t number, const std::shared_ptr<stream>& target) {
    const asked_requests::entry* const asked = asked_.find(number);
    if (asked == nullptr) return;
    const auto on = asked->on.lock();
    std::optional<stream::item> unsent = on ? on->withdraw(number) : std::nullopt;
    if (!unsent) streams_.forget_request(number);
    std::string text;
    if (unsent) {
        text = std::move(unsent->text);
    } else if (!target->has_room(asked->text.size())) {
        return asked_.refuse(number, "the client does not take its messages");
    } else {
        text = asked->text;
    }
    if (text.empty()) return asked_.refuse(number, "the client lost the connection on which it was asked, and the request is too large to be kept");
    ask(target, std::move(text), number);
}

void child_message_router::on_request(child::link& link, const jsonrpc::envelope& message) {
    // The refusal is immediate, because some servers ignore the capabilities and then wait a minute for an answer.
    if (!declared_.allow(message.method)) {
        return link.refuse(message.id, method_not_found, "the client does not support this request");
    }
    const std::shared_ptr<stream> of_call = stream_of(link.asking_call(message.id));
    const std::shared_ptr<stream> target = of_call ? of_call : carrier();
    if (!target) return link.refuse(message.id, internal_error, "the client takes no requests on its replies");
    const std::uint64_t number = asked_.add(link, message.id, core::clock::now());
    if (number == 0) return link.refuse(message.id, internal_error, "too many requests to the client are open");
    std::string text;
    jsonrpc::append_call(text, message, std::to_string(number), {});
    asked_.keep_text(number, text);
    ask(target, std::move(text), number);
}

void child_message_router::carry_held_requests(const std::shared_ptr<stream>& out) {
    if (asked_.size() == 0 || out == general_ || !out->is_live()) return;
    for (const std::uint64_t number : asked_.stranded()) move(number, out);
}

void child_message_router::on_listening() {
    if (general_->has_reader()) {
        for (const std::uint64_t number : asked_.carried_by(*general_)) asked_.set_unread(number, true);
    }
    general_->expect_reader();
    for (const std::uint64_t number : asked_.stranded()) {
        if (!general_->has_request(number)) move(number, general_);
        asked_.set_unread(number, false);
    }
}

void child_message_router::on_resumed(const std::shared_ptr<stream>& source, std::uint64_t stream_number) {
    if (source) source->expect_reader();
    for (const std::uint64_t number : asked_.stranded()) {
        const std::optional<event_id> kept = streams_.find_request(number);
        const bool is_here = kept ? kept->stream == stream_number : source && asked_.find(number)->on.lock() == source;
        if (!is_here) continue;
        const bool is_evicted = !kept && !source->has_request(number);
        if (is_evicted && source->has_ended()) continue;
        // It is not known whether the client has seen a request that the ring has evicted.
        if (is_evicted) move(number, source);
        asked_.set_unread(number, false);
    }
}

void child_message_router::on_reader_lost(stream& source) {
    const std::shared_ptr<stream> read = read_stream();
    const bool can_come_back = source.is_resumable() || &source == general_.get();
    for (const std::uint64_t number : asked_.carried_by(source)) {
        if (read || !can_come_back) {
            move(number, read ? read : general_);
        } else {
            asked_.set_unread(number, true);
        }
    }
    if (can_come_back) return;
    stream* const other = general_->is_live() ? general_.get() : read.get();
    for (stream::item& each : source.remove_messages()) {
        if (other != nullptr) other->push(std::move(each.text));
    }
}

void child_message_router::refuse_overdue(core::clock::time_point now) {
    for (const std::uint64_t number : asked_.unsent_since(now - bounds_.hold_timeout)) {
        const auto on = asked_.find(number)->on.lock();
        if (!on || !on->withdraw(number)) continue;
        core::meters().count_hit(core::bound::hold_timeout);
        asked_.refuse(number, "the client has no stream open on which it could be asked");
    }
    for (const std::uint64_t number : asked_.overdue(now - bounds_.request_timeout)) {
        core::meters().count_hit(core::bound::request_timeout);
        asked_.refuse(number, "the client did not answer in time");
    }
}

// A log line goes with the only request in flight. With several requests in flight nothing says to which one it belongs. Then it goes on the general
// stream if the client reads that, or else with the oldest request whose reply can carry it. A stream that the client reads comes before one to which
// it can come back. Null if the line would wait for a reader that may never come.
stream* child_message_router::log_stream() const {
    const bool is_ambiguous = calls_.size() > 1;
    if (is_ambiguous && general_->is_live()) return general_.get();
    if (const auto read = read_stream()) return read.get();
    stream* const spare = spare_stream();
    if (is_ambiguous && spare != nullptr) return spare;
    const auto kept = first_call_stream(&stream::delivers);
    return kept ? kept.get() : spare;
}

void child_message_router::withdraw_request(const child::link& link, const jsonrpc::envelope& message) {
    const auto withdrawn = asked_.withdraw(link, message.request_id);
    if (!withdrawn) return;
    const auto& [number, on] = *withdrawn;
    if (on && on->withdraw(number)) return;
    std::string text;
    jsonrpc::append_notification(text, message, message.request_id, std::to_string(number));
    stream& target = on && on->delivers() ? *on : *general_;
    target.push(std::move(text));
}

void child_message_router::on_failure(const child::link& link) {
    tasks_->clear();
    for (const auto& [number, on] : asked_.withdraw_all(link)) {
        if (on && on->withdraw(number)) continue;
        stream& target = on && on->delivers() ? *on : *general_;
        target.push(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::to_string(number) +
                    R"(,"reason":"the server process ended"}})");
    }
}

void child_message_router::on_notification(const child::link& link, const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::cancelled)) return withdraw_request(link, message);
    tasks_->on_notification(message);
    std::string text;
    jsonrpc::append_call(text, message, {}, {});
    if (message.is_method(mcp::method::message)) {
        if (stream* const target = log_stream()) target->push(std::move(text));
        return;
    }
    // One of several equal notices is enough until the client has read it.
    const std::size_t digest = stream::digest_of(text);
    general_->push_once(std::move(text), digest);
}

}  // namespace bridge::session
