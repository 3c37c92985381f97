// What becomes of the messages that a session's own child sends of its own accord. Over stdio none of them says which
// request it belongs to, so the rules are those that a client can least misunderstand; no message is sent twice.
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/session.hpp"

namespace bridge::session {

using jsonrpc::error_code::internal_error;
using jsonrpc::error_code::method_not_found;

// Where the client is asked: on the oldest request's stream that reaches it. A request of the server's is nearly always
// a part of its work on one of the client's. Without any, the general stream, where it waits if nobody reads; null if
// there are requests, but none whose reply could carry it.
std::shared_ptr<stream> session::carrier() const {
    for (const auto& each : exchanges_) {
        if (each->out().delivers()) return each->shared_out();
    }
    return exchanges_.empty() || general_->has_reader() ? general_ : nullptr;
}

void session::on_child_request(child::link& from, const jsonrpc::envelope& message) {
    // Refused at once: some servers ask without looking at the capabilities and then wait a minute.
    if (!who_.declared.allow(jsonrpc::decode_string(message.method))) {
        return from.refuse(message.id, method_not_found, "the client does not support this request");
    }
    const std::shared_ptr<stream> to = carrier();
    if (!to) return from.refuse(message.id, internal_error, "the client takes no requests on its replies");
    const std::uint64_t number = asked_.add(from, message.id, core::clock::now());
    if (number == 0) return from.refuse(message.id, internal_error, "too many requests to the client are open");
    asked_.set_stream(number, to);
    std::string text;
    jsonrpc::append_call(text, message, std::to_string(number), {});
    if (!to->push(std::move(text), number)) asked_.refuse(number, "the client does not take its messages");
}

// A server's request that waits for a stream goes out with the first request of the client's that has one.
void session::carry_held_requests(const std::shared_ptr<stream>& to) {
    if (to == general_ || general_->has_reader() || !general_->has_waiting() || !to->delivers()) return;
    for (stream::item& each : general_->take_requests()) {
        asked_.set_stream(each.asked, to);
        if (!to->push(std::move(each.text), each.asked)) asked_.refuse(each.asked, "the client does not take its messages");
    }
}

// A log line goes with the only request in flight. With several nobody knows whose it is: the general stream, if the
// client reads it, else the oldest reply that can carry it. Null if it would wait for a reader that may never come.
stream* session::log_stream() const {
    const bool general_is_read = general_->has_reader() || (general_->is_resumable() && general_->was_read());
    if (exchanges_.size() > 1 && general_is_read) return general_.get();
    for (const auto& each : exchanges_) {
        if (each->out().delivers()) return &each->out();
    }
    return general_is_read ? general_.get() : nullptr;
}

void session::take_cancellation(const child::link& from, const jsonrpc::envelope& message) {
    const auto withdrawn = asked_.withdraw(from, message.request_id);
    if (!withdrawn) return;
    const auto& [number, on] = *withdrawn;
    if (on && on->withdraw(number)) return;
    std::string text;
    jsonrpc::append_notification(text, message, message.request_id, std::to_string(number));
    stream& to = on && on->delivers() ? *on : *general_;
    to.push(std::move(text));
}

void session::on_child_notification(child::link& from, const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::cancelled)) return take_cancellation(from, message);
    std::string text;
    jsonrpc::append_call(text, message, {}, {});
    if (message.is_method(mcp::method::message)) {
        if (stream* const to = log_stream()) to->push(std::move(text));
        return;
    }
    // Of notices that say the same and were not read yet, one is enough.
    if (!general_->holds(text)) general_->push(std::move(text));
}

}  // namespace bridge::session
