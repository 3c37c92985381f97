#include "bridge/session/call_set.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "bridge/core/recycling.hpp"
#include "bridge/jsonrpc/ids.hpp"

namespace bridge::session {

call_set::~call_set() {
    // A call that still waits for a child can outlive the set.
    for (const auto& each : exchanges_) each->disown();
}

std::shared_ptr<exchange> call_set::begin(const jsonrpc::envelope& message, std::shared_ptr<stream> out, core::clock::time_point now) {
    const bool accepts_messages = out->accepts_messages();
    exchanges_.push_back(core::make_recycled<exchange>(message.id, message.meta_progress_token, std::move(out), now, this));
    const std::shared_ptr<exchange>& made = exchanges_.back();
    made->measure(mcp::request_kind_of(message.method), now);
    charge_.set(charge_.bytes() + made->cost());
    set_deadline(*made, accepts_messages, now);
    return made;
}

void call_set::set_deadline(exchange& call, bool accepts_messages, core::clock::time_point now) const {
    const auto most = accepts_messages ? bounds_.request_timeout_most : std::min(bounds_.request_timeout_most, bounds_.silent_request_most);
    call.restart(now + std::min(bounds_.request_timeout, most));
    call.renew_on_progress(bounds_.request_timeout, now + most);
}

void call_set::resume(exchange& call, const jsonrpc::envelope& message, std::shared_ptr<stream> out, core::clock::time_point now) {
    const bool is_in_flight = call.is_waiting();
    if (is_in_flight) charge_.set(charge_.bytes() - call.cost());
    set_deadline(call, out->accepts_messages(), now);
    call.resume(message.id, message.meta_progress_token, std::move(out), now);
    if (is_in_flight) charge_.set(charge_.bytes() + call.cost());
}

std::shared_ptr<exchange> call_set::find(std::string_view id) const {
    const auto newest =
        std::find_if(exchanges_.rbegin(), exchanges_.rend(), [id](const auto& each) { return jsonrpc::are_equal_ids(each->id(), id); });
    return newest == exchanges_.rend() ? nullptr : *newest;
}

void call_set::time_out_late(core::clock::time_point now) {
    std::vector<std::shared_ptr<exchange>> late;
    std::ranges::copy_if(exchanges_, std::back_inserter(late), [now](const auto& each) { return each->deadline() <= now; });
    for (const auto& each : late) each->time_out();
}

void call_set::abandon_all(std::string_view reason) {
    charge_.set(0);
    for (const auto& each : std::exchange(exchanges_, {})) each->abandon(reason);
}

void call_set::on_settled(exchange& call, core::clock::time_point now) {
    const auto found = std::ranges::find(exchanges_, &call, &std::shared_ptr<exchange>::get);
    if (found == exchanges_.end()) return;
    charge_.set(charge_.bytes() - call.cost());
    exchanges_.erase(found);
    listener_.on_call_settled(now);
}

}  // namespace bridge::session
