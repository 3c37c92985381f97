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
namespace {

// Makes `message` the call of `call` on `link`, which `assignment` returned.
boost::system::error_code send_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link,
                                  const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text) {
    call->run_on(assignment, link);
    // Before the call: once that is made, nothing may fail.
    std::optional<child::fair_share::part> part = assignment->occupy(*link);
    if (!part) {
        core::meters().note_hit(core::bound::child_requests);
        return core::make_error_code(core::errc::limit_reached);
    }
    const auto number = link->call(message, call, text);
    if (!number) return number.error();
    call->hold(std::move(*part));
    call->sent_as(*number);
    return {};
}

// The longest that the specification names has 11 bytes with its quotes.
constexpr std::size_t longest_level = 64;

// Of the params of what sets something. What is longer the child may answer as it likes, but it is not set again in a new child.
constexpr std::size_t longest_setting = 64 * 1024;

}  // namespace

// Notes what `message` sets in the child beyond its own answer. True if that settles it: the child is not to hear of it.
bool session::note_setting(const jsonrpc::envelope& message, exchange& call) {
    if (message.params.size() > longest_setting) {
        const bool is_subscription = message.is_method(mcp::method::subscribe) || message.is_method(mcp::method::unsubscribe);
        if (!is_subscription || own_seat() != nullptr) return false;
        // Unread, it could end another client's subscription.
        call.refuse("the params have more than " + std::to_string(longest_setting) + " bytes", jsonrpc::error_code::invalid_params);
        return true;
    }
    if (message.is_method(mcp::method::set_level)) {
        std::string level(jsonrpc::find_member(message.params, "level"));
        if (level.size() > longest_level) return false;
        call.when_settled([to = assignment_->settings(), level = std::move(level)](bool has_result) {
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
    const std::shared_ptr<child_settings> settings = assignment_->settings();
    subscriptions& all = settings->subscribed();
    if (!begins) {
        // A shared child is told only what ends a subscription of this client, and no other's: neither that others are still subscribed
        // to the same, nor what this client never began. The server could read the URI as another spelling of one of theirs.
        const bool was_subscribed = all.has(who_.id, uri);
        const bool was_last = all.remove(who_.id, uri);
        if (own_seat() != nullptr || (was_subscribed && was_last)) return false;
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
    call.when_settled([to = settings, whose = who_.id, uri](bool has_result) {
        if (!has_result) to->subscribed().remove(whose, uri);
    });
    return false;
}

boost::system::error_code session::send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text) {
    const task_access* const tasks = assignment_->tasks();
    if (tasks != nullptr && tasks->review(message, *call)) return {};
    if (assignment_->settings() && note_setting(message, *call)) return {};
    const std::shared_ptr<child::link> link = assignment_->current();
    if (!link) {
        keep_and_send(message, call, text);
        return {};
    }
    const auto error = send_on(assignment_, link, message, call, text);
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

// `message` points into `text`, which is long enough to keep its place when it is moved.
core::task<void> session::run_sending(std::shared_ptr<session> self, std::shared_ptr<exchange> call, std::string text,
                                      jsonrpc::envelope message) {
    core::pass("session.send");
    core::memory_charge kept(self->account_, core::memory_use::request_body);
    kept.set(core::capacity_of(text));
    // A session that was closed just now needs no child.
    if (!call->is_waiting()) co_return;
    const std::shared_ptr<child_assignment> assignment = self->assignment_;
    const auto acquired = co_await assignment->acquire();
    if (!acquired) {
        call->on_no_child(acquired.error());
        co_return;
    }
    if (!call->is_waiting()) {
        assignment->release(acquired->get());
        co_return;
    }
    if (const auto error = send_on(assignment, *acquired, message, call, &text)) call->on_lost(error.message());
}

}  // namespace bridge::session
