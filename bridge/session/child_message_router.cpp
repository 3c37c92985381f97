#include "bridge/session/child_message_router.hpp"

#include <algorithm>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {

using jsonrpc::error_code::internal_error;
using jsonrpc::error_code::method_not_found;

// The stream for a request to the client; null if the client has requests in flight, but accepts no stream. See the rule at the class. The oldest
// request comes first, because the server nearly always asks as a part of its work on a client's request.
std::shared_ptr<stream> child_message_router::carrier() const {
    const auto first = [this](auto is_right) {
        const auto found = std::ranges::find_if(calls_.all(), [&](const auto& each) { return is_right(each->out()); });
        return found == calls_.all().end() ? nullptr : (*found)->shared_out();
    };
    if (auto read = first([](const stream& each) { return each.is_live(); })) return read;
    if (general_->has_reader()) return general_;
    if (auto kept = first([](const stream& each) { return each.delivers(); })) return kept;
    const bool takes_streams = calls_.empty() || first([](const stream& each) { return each.takes_messages(); });
    return takes_streams ? general_ : nullptr;
}

// Puts a request on a stream, where it can be cancelled or answered from now on.
void child_message_router::ask(const std::shared_ptr<stream>& target, std::string text, std::uint64_t number) {
    asked_.set_stream(number, target);
    if (!target->push(std::move(text), number)) asked_.refuse(number, "the client does not take its messages");
}

void child_message_router::on_request(child::link& link, const jsonrpc::envelope& message) {
    // The refusal is immediate, because some servers ignore the capabilities and then wait a minute for an answer.
    if (!declared_.allow(message.method)) {
        return link.refuse(message.id, method_not_found, "the client does not support this request");
    }
    const std::shared_ptr<stream> target = carrier();
    if (!target) return link.refuse(message.id, internal_error, "the client takes no requests on its replies");
    const std::uint64_t number = asked_.add(link, message.id, core::clock::now());
    if (number == 0) return link.refuse(message.id, internal_error, "too many requests to the client are open");
    std::string text;
    jsonrpc::append_call(text, message, std::to_string(number), {});
    ask(target, std::move(text), number);
}

void child_message_router::carry_held_requests(const std::shared_ptr<stream>& out) {
    if (out == general_ || general_->has_reader() || !general_->has_waiting() || !out->delivers()) return;
    for (stream::item& each : general_->take_requests()) ask(out, std::move(each.text), each.asked);
}

void child_message_router::take_back_requests(stream& source) {
    if (&source == general_.get() || source.is_resumable()) return;
    for (stream::item& each : source.take_requests()) ask(general_, std::move(each.text), each.asked);
}

void child_message_router::refuse_overdue(core::clock::time_point now) {
    for (const std::uint64_t number : asked_.overdue(now - bounds_.hold_timeout)) {
        const auto on = asked_.find(number)->on.lock();
        if (!on || !on->withdraw(number)) continue;
        core::meters().note_hit(core::bound::hold_timeout);
        asked_.refuse(number, "the client has no stream open on which it could be asked");
    }
    for (const std::uint64_t number : asked_.overdue(now - bounds_.request_timeout)) {
        core::meters().note_hit(core::bound::request_timeout);
        asked_.refuse(number, "the client did not answer in time");
    }
}

// A log line goes with the only request in flight. With several requests in flight nothing says to which one it belongs. Then it goes on the general
// stream if the client reads that, or else with the oldest request whose reply can carry it. Null if the line would wait for a reader that may never
// come.
stream* child_message_router::log_stream() const {
    const bool general_is_read = general_->has_reader() || (general_->is_resumable() && general_->was_read());
    if (calls_.size() > 1 && general_is_read) return general_.get();
    for (const auto& each : calls_.all()) {
        if (each->out().delivers()) return &each->out();
    }
    return general_is_read ? general_.get() : nullptr;
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
    for (const auto& [number, on] : asked_.withdraw_all(link)) {
        if (on && on->withdraw(number)) continue;
        stream& target = on && on->delivers() ? *on : *general_;
        target.push(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::to_string(number) +
                    R"(,"reason":"the server process ended"}})");
    }
}

void child_message_router::on_notification(const child::link& link, const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::cancelled)) return withdraw_request(link, message);
    std::string text;
    jsonrpc::append_call(text, message, {}, {});
    if (message.is_method(mcp::method::message)) {
        if (stream* const target = log_stream()) target->push(std::move(text));
        return;
    }
    // One of several equal notices is enough until the client has read it.
    general_->push_once(text, stream::digest_of(text));
}

}  // namespace bridge::session
