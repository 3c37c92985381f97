#include "bridge/session/session.hpp"

#include <algorithm>

#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {
namespace {

using jsonrpc::error_code::internal_error;
using jsonrpc::error_code::method_not_found;

void pass_to_only_call(child::link& from, const jsonrpc::envelope& message) {
    if (from.calls().size() != 1) return;
    if (message.is_method(mcp::method::message) || message.is_method(mcp::method::cancelled)) {
        from.calls().oldest()->on_message(message);
    }
}

}  // namespace

void private_child_owner::on_child_notification(child::link& from, const jsonrpc::envelope& message) {
    pass_to_only_call(from, message);
}

void private_child_owner::on_child_request(child::link& from, const jsonrpc::envelope& message) {
    // Refused at once: some servers ask without looking at the capabilities and then wait a minute.
    if (!declared_.allow(jsonrpc::decode_string(message.method))) {
        return from.refuse(message.id, method_not_found, "the client does not support this request");
    }
    child::call_sink* const carrier = from.calls().oldest();
    if (carrier == nullptr) return from.refuse(message.id, internal_error, "no client request to attach this one to");
    if (!from.note_asked(message.id)) return from.refuse(message.id, internal_error, "too many requests are open");
    if (!carrier->on_message(message)) {
        from.forget_asked(message.id);
        from.refuse(message.id, internal_error, "the client takes no requests on this reply");
    }
}

void shared_child_owner::on_child_notification(child::link& from, const jsonrpc::envelope& message) {
    pass_to_only_call(from, message);
}

void shared_child_owner::on_child_request(child::link& from, const jsonrpc::envelope& message) {
    from.refuse(message.id, method_not_found, "this server is shared by several clients, of which none can be asked");
}

session::session(identity who, std::shared_ptr<child::seat> place, std::shared_ptr<child::seat_owner> owner,
                 const core::limits& bounds, core::clock::time_point now)
    : who_(std::move(who)), place_(std::move(place)), owner_(std::move(owner)), bounds_(bounds), last_used_(now) {}

session::in_flight::in_flight(session& of, exchange& what) : session_(of), exchange_(what) {
    session_.exchanges_.push_back(&exchange_);
}

session::in_flight::~in_flight() {
    session_.exchanges_.erase(std::ranges::find(session_.exchanges_, &exchange_));
}

exchange* session::find(std::string_view id) const {
    const auto newest = std::find_if(exchanges_.rbegin(), exchanges_.rend(),
                                     [id](const exchange* each) { return each->id() == id; });
    return newest == exchanges_.rend() ? nullptr : *newest;
}

void session::take_notification(const jsonrpc::envelope& message) {
    if (!owns_child()) return;
    if (child::link* const link = place_->current()) link->notify(message);
    if (message.is_method(mcp::method::initialized)) place_->set_announced();
}

void session::close(const std::string& reason) {
    if (owns_child()) place_->close(reason);
}

}  // namespace bridge::session
