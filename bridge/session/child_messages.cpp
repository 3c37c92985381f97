// What becomes of the messages that a session's own child sends of its own accord. Over stdio none of them says which
// request it belongs to, so the rules are those that a client can least misunderstand; no message is sent twice.
#include <algorithm>

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/session.hpp"

namespace bridge::session {

using jsonrpc::error_code::internal_error;
using jsonrpc::error_code::method_not_found;

// Where the client is asked: on the oldest request's stream that it reads. A request of the server's is nearly always a
// part of its work on one of the client's. Without any, the general stream; if that is not read either, the question waits
// for the client to come back, to the oldest request's stream if it can, else to the general one. Null if the client has
// requests in flight, but takes no stream.
std::shared_ptr<stream> session::carrier() const {
    const auto first = [this](auto is_right) {
        const auto found = std::ranges::find_if(exchanges_, [&](const auto& each) { return is_right(each->out()); });
        return found == exchanges_.end() ? nullptr : (*found)->shared_out();
    };
    if (auto read = first([](const stream& each) { return each.is_live(); })) return read;
    if (general_->has_reader()) return general_;
    if (auto kept = first([](const stream& each) { return each.delivers(); })) return kept;
    const bool takes_streams = exchanges_.empty() || first([](const stream& each) { return each.takes_messages(); });
    return takes_streams ? general_ : nullptr;
}

// Puts a request on a stream, where it can be withdrawn or answered from now on.
void session::ask(const std::shared_ptr<stream>& to, std::string text, std::uint64_t number) {
    asked_.set_stream(number, to);
    if (!to->push(std::move(text), number)) asked_.refuse(number, "the client does not take its messages");
}

void session::on_child_request(child::link& from, const jsonrpc::envelope& message) {
    // Refused at once: some servers ask without looking at the capabilities and then wait a minute.
    if (!who_.declared.allow(message.method)) {
        return from.refuse(message.id, method_not_found, "the client does not support this request");
    }
    const std::shared_ptr<stream> to = carrier();
    if (!to) return from.refuse(message.id, internal_error, "the client takes no requests on its replies");
    const std::uint64_t number = asked_.add(from, message.id, core::clock::now());
    if (number == 0) return from.refuse(message.id, internal_error, "too many requests to the client are open");
    std::string text;
    jsonrpc::append_call(text, message, std::to_string(number), {});
    ask(to, std::move(text), number);
}

// A server's request that waits for a stream goes out with the first request of the client's that has one.
void session::carry_held_requests(const std::shared_ptr<stream>& to) {
    if (to == general_ || general_->has_reader() || !general_->has_waiting() || !to->delivers()) return;
    for (stream::item& each : general_->take_requests()) ask(to, std::move(each.text), each.asked);
}

void session::take_back_requests(stream& from) {
    if (&from == general_.get() || from.is_resumable()) return;
    for (stream::item& each : from.take_requests()) ask(general_, std::move(each.text), each.asked);
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

// What it asked needs no answer any more. Said before its calls are told, because that ends the streams that carried it.
void session::on_child_failure(child::link& from) {
    for (const auto& [number, on] : asked_.withdraw_all(from)) {
        if (on && on->withdraw(number)) continue;
        stream& to = on && on->delivers() ? *on : *general_;
        to.push(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::to_string(number) +
                R"(,"reason":"the server process ended"}})");
    }
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
    general_->push_once(text, stream::digest_of(text));
}

}  // namespace bridge::session
