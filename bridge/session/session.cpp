#include "bridge/session/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "bridge/jsonrpc/members.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/older_content.hpp"
#include "bridge/session/older_form.hpp"
#include "bridge/session/setting_requests.hpp"
#include "bridge/session/untasked_request.hpp"

namespace bridge::session {
namespace {

// The time that a client of HTTP+SSE has to reconnect its stream if it has sent nothing since `initialize`. It is several times the delay that the
// bridge tells clients to wait before they reconnect. The client may have left before it could read its answer.
constexpr std::chrono::milliseconds unused_grace{5'000};

}  // namespace

session::session(core::executor executor, identity client, const core::limits& bounds, core::clock::time_point now, core::memory_account_ptr account)
    : who_(std::move(client)), bounds_(bounds), account_(std::move(account)), streams_(bounds, account_),
      general_(std::make_shared<stream>(executor, bounds, 0, account_)), calls_(bounds, account_, *this), sender_(executor, bounds, account_),
      router_(who_.declared, calls_, general_, streams_, bounds, account_), use_(now) {
    general_->hold_messages();
}

std::string_view session::task_owner() const {
    const task_access* const tasks = assignment_ ? assignment_->tasks() : nullptr;
    return tasks != nullptr ? std::string_view(tasks->owner()) : std::string_view();
}

void session::agree(mcp::revision agreed, std::string version) {
    if (state_.is(session_state::opening)) state_.enter(session_state::open);
    revision_ = agreed;
    // The start may have taken long, but the client learns of it only now.
    use_.on_answer(core::clock::now());
    version_ = std::move(version);
    if (is_resumable()) streams_.add_general(*general_);
}

std::shared_ptr<exchange> session::begin(const jsonrpc::envelope& message, std::shared_ptr<stream> out, core::clock::time_point now) {
    use_.on_message(now);
    router_.carry_held_requests(out);
    std::shared_ptr<exchange> call = calls_.begin(message, std::move(out), now);
    use_.on_request(call->kind());
    // Only client and server know the meaning of a revision that is no date.
    const mcp::revision spoken = mcp::is_date(version_) ? mcp::latest_up_to(version_) : revision_;
    if (may_have_newer_content(call->kind(), spoken)) call->set_form(std::make_shared<older_form>(call->kind(), spoken));
    return call;
}

boost::system::error_code session::send(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call, std::string* text) {
    if (const char* const fault = assignment_->method_fault(message)) {
        call->refuse(std::string("Method not found: ") + fault, jsonrpc::error_code::method_not_found);
        return {};
    }
    if (!message.task.empty() && assignment_->ignores_tasks()) {
        const untasked_request untasked(message, text, bounds_.json_depth);
        if (untasked.has_too_many_members()) {
            call->refuse("Invalid params: there are more than " + std::to_string(jsonrpc::most_members) + " members beside a task",
                         jsonrpc::error_code::invalid_params);
            return {};
        }
        return sender_.send(assignment_, untasked.message(), call, untasked.text());
    }
    const task_access* const tasks = assignment_->tasks();
    if (tasks != nullptr && tasks->review(message, *call)) return {};
    router_.tasks().watch(message, call);
    const setting_client client{who_.id, payer(), assignment_->settings(), own_slot() == nullptr};
    if (client.settings && review_setting(client, message, *call)) return {};
    return sender_.send(assignment_, message, call, text);
}

void session::on_call_settled(core::clock::time_point now) {
    use_.on_answer(now);
    if (state_.is(session_state::ending) && calls_.empty()) general_->end();
}

void session::receive(const jsonrpc::envelope& message, core::clock::time_point now, std::string* text) {
    use_.on_message(now);
    if (message.kind != jsonrpc::message_kind::notification) {
        if (!router_.answer(message, text)) spdlog::debug("an answer to no open request was dropped");
    } else if (message.is_method(mcp::method::cancelled)) {
        if (const auto call = calls_.find(message.request_id)) call->withdraw(message);
    } else {
        pass_on(message, text);
    }
}

void session::pass_on(const jsonrpc::envelope& notification, std::string* text) {
    child::child_slot* const own = own_slot();
    if (own == nullptr) return;
    if (notification.is_method(mcp::method::initialized)) own->set_announced();
    if (child::link* const link = own->current()) link->notify(notification, text);
}

void session::offer_resuming(const std::shared_ptr<stream>& request_stream) {
    if (is_resumable()) streams_.add(request_stream);
}

void session::record_reader(core::clock::time_point now, std::optional<event_id> last) {
    use_.on_reader(now);
    if (last) {
        router_.on_resumed(find_stream(last->stream), last->stream);
    } else {
        router_.on_listening();
    }
    // Without a child nothing would arrive on the stream.
    if (assignment_) assignment_->ensure();
}

bool session::needs_child() const {
    const auto settings = assignment_ ? assignment_->settings() : nullptr;
    return general_->has_reader() || (settings && !settings->subscribed().empty());
}

bool session::is_resumable() const {
    return who_.via == transport::streamable_http && mcp::latest_up_to(who_.asked_version) >= mcp::revision::r2025_11_25;
}

bool session::is_abandoned(core::clock::time_point now) const {
    const auto grace = use_.so_far() == session_use::extent::none ? std::min(bounds_.sse_grace, unused_grace) : bounds_.sse_grace;
    return is_left() && now - use_.last_read() > grace;
}

bool session::can_sleep() const {
    const child::child_slot* const own = own_slot();
    if (own == nullptr || !own->can_sleep() || !calls_.empty() || router_.open_requests() != 0 || general_->has_answer()) return false;
    return assignment_->settings()->subscribed().empty() && !streams_.has_waiting();
}

void session::tell_of_task(const jsonrpc::envelope& notice, std::string text) {
    router_.tasks().on_notification(notice);
    general_->push(std::move(text));
}

void session::sleep() {
    router_.tasks().clear();
    own_slot()->sleep("the session was idle, and another one needs the place of its process");
}

void session::sweep(core::clock::time_point now) {
    use_.on_sweep(now, is_busy(), general_->has_reader());
    calls_.time_out_late(now);
    router_.tasks().sweep(now);
    router_.refuse_overdue(now);
}

std::size_t session::shed() {
    std::size_t freed = streams_.shed();
    if (!general_->has_reader()) freed += general_->shed();
    return freed;
}

void session::end_general_stream() {
    if (state_.is(session_state::closed)) return;
    state_.enter(session_state::ending);
    if (who_.via == transport::streamable_http || calls_.empty()) general_->end();
}

void session::close(const std::string& reason) {
    state_.enter(session_state::closed);
    calls_.abandon_all(reason);
    general_->end();
    if (assignment_) assignment_->close(reason);
}

}  // namespace bridge::session
