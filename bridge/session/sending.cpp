// How a client's request gets to a child.
#include <algorithm>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/session.hpp"

namespace bridge::session {

boost::system::error_code session::send_on(child::link& to, const jsonrpc::envelope& message,
                                           const std::shared_ptr<exchange>& call, std::string* text) {
    if (!admits_call(to)) {
        core::meters().note_hit(core::bound::child_requests);
        return core::make_error_code(core::errc::limit_reached);
    }
    // Before the call: once that is made, nothing may fail.
    child::fair_share::part part;
    if (fresh_ || calls_) part = (fresh_ ? fresh_->shares() : *calls_).hold(who_.principal);
    const auto number = to.call(message, call, text);
    if (!number) return number.error();
    call->hold(std::move(part));
    call->sent_on(to.shared(), *number);
    return {};
}

// On a process that several principals share, `fair_share` decides.
bool session::admits_call(const child::link& to) const {
    const std::size_t in_flight = to.calls().size();
    return calls_ ? calls_->admits(who_.principal, in_flight) : in_flight < bounds_.exchanges_per_child;
}

namespace {

// The longest that the specification names has 11 bytes with its quotes.
constexpr std::size_t longest_level = 64;

// Of the params of what sets something. What is longer the child may answer as it likes, but it is not set again in a new child.
constexpr std::size_t longest_setting = 64 * 1024;

}  // namespace

// Notes what `message` sets in the child beyond its own answer. True if that settles it: the child is not to hear of it.
bool session::note_setting(const jsonrpc::envelope& message, exchange& call) {
    if (message.params.size() > longest_setting) {
        const bool is_subscription = message.is_method(mcp::method::subscribe) || message.is_method(mcp::method::unsubscribe);
        if (!is_subscription || owns_place_) return false;
        // Unread, it could end another client's subscription.
        call.refuse("the params have more than " + std::to_string(longest_setting) + " bytes", jsonrpc::error_code::invalid_params);
        return true;
    }
    if (message.is_method(mcp::method::set_level)) {
        std::string level(jsonrpc::find_member(message.params, "level"));
        if (level.size() > longest_level) return false;
        call.when_settled([to = settings_, level = std::move(level)](bool has_result) {
            if (has_result) to->note_level(level);
        });
        return false;
    }
    return settle_subscription(message, call);
}

bool session::settle_subscription(const jsonrpc::envelope& message, exchange& call) {
    const bool begins = message.is_method(mcp::method::subscribe);
    if (!begins && !message.is_method(mcp::method::unsubscribe)) return false;
    const std::string_view raw = jsonrpc::find_member(message.params, "uri");
    if (!raw.starts_with('"')) return false;
    const std::string uri = jsonrpc::decode_string(raw);
    subscriptions& all = settings_->subscribed();
    if (!begins) {
        // A shared child is told only what ends a subscription of this client, and no other's: neither that others are still subscribed
        // to the same, nor what this client never began. The server could read the URI as another spelling of one of theirs.
        const bool was_subscribed = all.has(who_.id, uri);
        const bool was_last = all.remove(who_.id, uri);
        if (owns_place_ || (was_subscribed && was_last)) return false;
        call.conclude("{}");
        return true;
    }
    // A second time it is subscribed to already, and stays so if the child refuses that.
    if (all.has(who_.id, uri)) return false;
    if (!all.add(who_.id, uri)) {
        core::meters().note_hit(core::bound::subscriptions);
        call.refuse("this session has as many subscriptions as it may: " + std::to_string(bounds_.subscriptions_per_session) +
                    ", or " + std::to_string(bounds_.subscription_bytes) + " bytes of URIs");
        return true;
    }
    call.when_settled([to = settings_, whose = who_.id, uri](bool has_result) {
        if (!has_result) to->subscribed().remove(whose, uri);
    });
    return false;
}

void session::end_subscriptions() {
    child::link* const to = place_->current();
    for (const std::string& uri : settings_->subscribed().remove_all(who_.id)) {
        const std::string params = subscription_params(uri);
        jsonrpc::envelope message;
        message.kind = jsonrpc::message_kind::request;
        message.method = R"("resources/unsubscribe")";
        message.params = params;
        // Whatever comes of it, nobody waits for it.
        if (to != nullptr) static_cast<void>(to->call(message, std::make_shared<child::silent_sink>()));
    }
}

boost::system::error_code session::send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text) {
    if (tasks_ && tasks_->review(message, *call)) return {};
    if (settings_ && note_setting(message, *call)) return {};
    std::shared_ptr<child::seat> ready = fresh_ ? fresh_->take_open(fresh_owner_) : place_;
    child::link* const to = ready ? ready->current() : nullptr;
    if (to == nullptr) {
        keep_and_send(message, call, text);
        return {};
    }
    if (fresh_) call->use_up(std::move(ready));
    const auto error = send_on(*to, message, call, text);
    if (error) call->drop();
    return error;
}

// The message is kept until there is a child, for which the request's body does not last: a large one is taken over, others are written down.
void session::keep_and_send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text) {
    if (text != nullptr && text->size() > jsonrpc::slice_bytes) {
        return open_and_send(call, std::exchange(*text, {}), message);
    }
    std::string copy;
    jsonrpc::append_call(copy, message, message.id, {});
    const auto read = jsonrpc::read_envelope(copy, bounds_.json_depth);
    open_and_send(call, std::move(copy), std::get<jsonrpc::envelope>(read));
}

// `message` points into `text`, which must be too long to move with the string.
void session::open_and_send(const std::shared_ptr<exchange>& call, std::string text, const jsonrpc::envelope& message) {
    const core::coroutine_name named{"session.send", "the request is answered with an error"};
    auto work = [self = shared_from_this(), call, text = std::move(text), message]() mutable {
        return run_sending(self, call, std::move(text), message);
    };
    core::spawn(where_, named, std::move(work), [call] { call->on_lost("the bridge failed before it could send the request"); });
}

// The seat for one call, open; null if none could be had: then `call` has been told why.
core::task<std::shared_ptr<child::seat>> session::open_place(exchange& call) {
    if (fresh_) {
        const auto fresh = co_await child::pool::open(fresh_, fresh_owner_, who_.principal);
        if (fresh) co_return *fresh;
        call.on_no_child(fresh.error());
        co_return nullptr;
    }
    const auto opened = co_await child::seat::open(place_, child::when_full::wait_briefly);
    if (opened) co_return place_;
    call.on_no_child(opened.error());
    co_return nullptr;
}

// `message` points into `text`, which is long enough to keep its place when it is moved.
core::task<void> session::run_sending(std::shared_ptr<session> self, std::shared_ptr<exchange> call, std::string text,
                                      jsonrpc::envelope message) {
    core::pass("session.send");
    core::memory_charge kept(self->account_, core::memory_use::request_body);
    kept.set(core::capacity_of(text));
    // A session that was closed just now needs no child.
    if (!call->is_waiting()) co_return;
    std::shared_ptr<child::seat> place = co_await self->open_place(*call);
    if (!place || !call->is_waiting()) co_return;
    child::link* const to = place->current();
    if (to == nullptr) {
        call->on_lost("the server process ended before it got the request");
        co_return;
    }
    if (self->fresh_) call->use_up(std::move(place));
    if (const auto error = self->send_on(*to, message, call, &text)) call->on_lost(error.message());
}

}  // namespace bridge::session
