// How a client's request gets to a child.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/session.hpp"

namespace bridge::session {

boost::system::error_code session::send_on(child::link& to, const jsonrpc::envelope& message,
                                           const std::shared_ptr<exchange>& call) {
    const auto number = to.call(message, call);
    if (!number) return number.error();
    call->sent_on(to.shared(), *number);
    return {};
}

namespace {

// The longest that the specification names has 11 bytes with its quotes.
constexpr std::size_t longest_level = 64;

// Takes the answer to what the bridge asks of a child for itself.
class nobody final : public child::call_sink {
public:
    void on_answer(const jsonrpc::envelope&) override {}
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view) override {}
};

}  // namespace

// Notes what `message` sets in the child beyond its own answer. True if that settles it: the child is not to hear of it.
bool session::note_setting(const jsonrpc::envelope& message, exchange& call) {
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
        // Others are still subscribed, so a shared child is not to hear that this client is no more.
        const bool was_last = all.remove(who_.id, uri);
        if (was_last || owns_place_) return false;
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
        if (to != nullptr) to->call(message, std::make_shared<nobody>());
    }
}

boost::system::error_code session::send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call) {
    if (settings_ && note_setting(message, *call)) return {};
    std::shared_ptr<child::seat> ready = fresh_ ? fresh_->take_open(fresh_owner_) : place_;
    child::link* const to = ready ? ready->current() : nullptr;
    if (to == nullptr) {
        // The message is written down, because the request's body is not kept for it.
        std::string text;
        jsonrpc::append_call(text, message, message.id, {});
        boost::asio::co_spawn(where_, open_and_send(shared_from_this(), call, std::move(text)), boost::asio::detached);
        return {};
    }
    if (fresh_) call->use_up(std::move(ready));
    const auto error = send_on(*to, message, call);
    if (error) call->drop();
    return error;
}

// The seat for one call, open; null if none could be had: then `call` has been told why.
core::task<std::shared_ptr<child::seat>> session::open_place(exchange& call) {
    if (fresh_) {
        child::pool::grant given = co_await child::pool::open(fresh_, fresh_owner_);
        if (!given.place) call.on_lost(given.failure);
        co_return std::move(given.place);
    }
    const child::seat::opening opening = co_await child::seat::open(place_);
    if (!opening.to) call.on_lost(opening.failure);
    co_return opening.to ? place_ : nullptr;
}

core::task<void> session::open_and_send(std::shared_ptr<session> self, std::shared_ptr<exchange> call, std::string text) {
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
    const auto read = jsonrpc::read_envelope(text, self->bounds_.json_depth);
    if (const auto error = self->send_on(*to, std::get<jsonrpc::envelope>(read), call)) call->on_lost(error.message());
}

}  // namespace bridge::session
