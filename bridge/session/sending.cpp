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

// Takes the answer to what the bridge asks of a child for itself.
class nobody final : public child::call_sink {
public:
    void on_answer(const jsonrpc::envelope&) override {}
    bool on_message(const jsonrpc::envelope&) override { return false; }
    void on_lost(std::string_view) override {}
};

}  // namespace

// Notes what `message` says of subscriptions to a shared child's resources. True if that settles it: others are still
// subscribed, so the child is not to hear that this client is no more.
bool session::settle_subscription(const jsonrpc::envelope& message, exchange& call) {
    const bool begins = message.is_method(mcp::method::subscribe);
    if (!begins && !message.is_method(mcp::method::unsubscribe)) return false;
    const std::string_view raw = jsonrpc::find_member(message.params, "uri");
    if (!raw.starts_with('"')) return false;
    std::string uri = jsonrpc::decode_string(raw);
    if (begins) {
        subscriptions_->add(who_.id, std::move(uri));
        return false;
    }
    if (subscriptions_->remove(who_.id, uri)) return false;
    call.conclude("{}");
    return true;
}

void session::end_subscriptions() {
    child::link* const to = place_->current();
    for (const std::string& uri : subscriptions_->remove_all(who_.id)) {
        std::string params = R"({"uri":)";
        jsonrpc::append_string(params, uri);
        params += '}';
        jsonrpc::envelope message;
        message.kind = jsonrpc::message_kind::request;
        message.method = R"("resources/unsubscribe")";
        message.params = params;
        if (to != nullptr) to->call(message, std::make_shared<nobody>());
    }
}

boost::system::error_code session::send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call) {
    if (subscriptions_ != nullptr && settle_subscription(message, *call)) return {};
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
