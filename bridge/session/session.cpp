#include "bridge/session/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "bridge/mcp/names.hpp"

namespace bridge::session {
namespace {

// For a client of HTTP+SSE that was never heard of after `initialize` to come back to its stream: several times as long as it is told to
// wait before it does. It may have left before it could read its answer.
constexpr std::chrono::milliseconds unused_grace{5'000};

}  // namespace

session::session(core::executor where, identity who, const core::limits& bounds, core::clock::time_point now, core::memory_account_ptr account)
    : where_(where),
      who_(std::move(who)),
      bounds_(bounds),
      account_(std::move(account)),
      ring_(bounds, account_),
      general_(std::make_shared<stream>(where, bounds, 0, account_)),
      exchange_charge_(account_, core::memory_use::request),
      asked_(bounds, account_),
      last_used_(now),
      idle_since_(now),
      last_read_(now) {
    general_->hold_messages();
}

void session::agree(mcp::revision agreed, std::string version) {
    revision_ = agreed;
    // However long the start took, the client hears of it only now.
    idle_since_ = core::clock::now();
    version_ = std::move(version);
    if (is_resumable()) general_->make_resumable(0, ring_);
}

std::shared_ptr<exchange> session::begin(const jsonrpc::envelope& message, std::shared_ptr<stream> out,
                                         core::clock::time_point now) {
    last_used_ = idle_since_ = now;
    carry_held_requests(out);
    const auto most = out->takes_messages() ? bounds_.request_timeout_most
                                            : std::min(bounds_.request_timeout_most, bounds_.silent_request_most);
    exchanges_.push_back(std::make_shared<exchange>(message.id, message.meta_progress_token, std::move(out),
                                                    now + std::min(bounds_.request_timeout, most), this));
    const mcp::request_kind kind = mcp::request_kind_of(message.method);
    if (kind != mcp::request_kind::initialize) usage_ = std::max(usage_, mcp::only_lists(kind) ? usage::listed : usage::worked);
    exchanges_.back()->measure(kind, now);
    exchange_charge_.set(exchange_charge_.bytes() + exchanges_.back()->cost());
    exchanges_.back()->renew_on_progress(bounds_.request_timeout, now + most);
    return exchanges_.back();
}

std::shared_ptr<exchange> session::find(std::string_view id) const {
    const auto newest =
        std::find_if(exchanges_.rbegin(), exchanges_.rend(), [id](const auto& each) { return each->id() == id; });
    return newest == exchanges_.rend() ? nullptr : *newest;
}

void session::on_settled(exchange& which, core::clock::time_point now) {
    const auto at = std::ranges::find(exchanges_, &which, &std::shared_ptr<exchange>::get);
    if (at == exchanges_.end()) return;
    exchange_charge_.set(exchange_charge_.bytes() - which.cost());
    exchanges_.erase(at);
    idle_since_ = now;
    if (is_ending_ && exchanges_.empty()) general_->end();
}

void session::take(const jsonrpc::envelope& message, core::clock::time_point now, std::string* text) {
    last_used_ = idle_since_ = now;
    if (message.kind != jsonrpc::message_kind::notification) {
        if (!asked_.answer(message, text)) spdlog::debug("an answer to no open request was dropped");
    } else if (message.is_method(mcp::method::cancelled)) {
        if (const auto which = find(message.request_id)) which->withdraw(message);
    } else {
        pass_on(message, text);
    }
}

void session::pass_on(const jsonrpc::envelope& notification, std::string* text) {
    child::seat* const own = own_seat();
    if (own == nullptr) return;
    if (notification.is_method(mcp::method::initialized)) own->set_announced();
    if (child::link* const link = own->current()) link->notify(notification, text);
}

void session::offer_resuming(const std::shared_ptr<stream>& which) {
    if (!is_resumable() || which->is_resumable()) return;
    which->make_resumable(++last_stream_, ring_);
    std::erase_if(resumable_, [](const auto& each) { return each.expired(); });
    resumable_.push_back(which);
}

std::shared_ptr<stream> session::find_stream(std::uint64_t number) const {
    if (number == general_->number()) return general_;
    for (const auto& each : resumable_) {
        if (auto alive = each.lock(); alive && alive->number() == number) return alive;
    }
    return nullptr;
}

void session::note_reader(core::clock::time_point now) {
    last_used_ = last_read_ = now;
    if (assignment_) assignment_->ensure();
}

std::optional<child::refusal> session::refusal() const {
    return assignment_ ? assignment_->refusal() : std::nullopt;
}

bool session::needs_child() const {
    const auto settings = assignment_ ? assignment_->settings() : nullptr;
    return general_->has_reader() || (settings && !settings->subscribed().empty());
}

bool session::is_abandoned(core::clock::time_point now) const {
    const auto grace = usage_ == usage::none ? std::min(bounds_.sse_grace, unused_grace) : bounds_.sse_grace;
    return is_left() && now - last_read_ > grace;
}

bool session::can_sleep() const {
    if (own_seat() == nullptr || !own_seat()->can_sleep() || !exchanges_.empty() || asked_.size() != 0 || general_->has_answer()) return false;
    const auto is_unread = [](const std::weak_ptr<stream>& each) {
        const auto alive = each.lock();
        return alive && alive->has_waiting();
    };
    return assignment_->settings()->subscribed().empty() && std::ranges::none_of(resumable_, is_unread);
}

void session::sleep() {
    own_seat()->sleep("the session was idle, and another one needs the place of its process");
}

child::repeated_requests session::to_repeat() const {
    return child_settings::requests(assignment_->settings());
}

void session::sweep(core::clock::time_point now) {
    if (is_busy()) last_used_ = now;
    if (general_->has_reader()) last_read_ = now;
    std::vector<std::shared_ptr<exchange>> late;
    std::ranges::copy_if(exchanges_, std::back_inserter(late), [now](const auto& each) { return each->deadline() <= now; });
    for (const auto& each : late) each->time_out();
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

std::size_t session::shed() {
    std::size_t freed = ring_.shed();
    if (!general_->has_reader()) freed += general_->shed();
    for (const auto& each : resumable_) {
        if (const auto alive = each.lock(); alive && !alive->has_reader()) freed += alive->shed();
    }
    return freed;
}

void session::end_general_stream() {
    is_ending_ = true;
    if (who_.via == transport::streamable_http || exchanges_.empty()) general_->end();
}

void session::close(const std::string& reason) {
    exchange_charge_.set(0);
    for (const auto& each : std::exchange(exchanges_, {})) each->abandon(reason);
    general_->end();
    if (assignment_) assignment_->close(reason);
}

}  // namespace bridge::session
