#include "bridge/session/exchange.hpp"

#include <algorithm>

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {
namespace {

// What SDKs call a request that was not answered in time.
constexpr int request_timeout = -32001;

// What a client that takes no stream gets for a request that it has cancelled; the code is that of the Language Server
// Protocol, as neither JSON-RPC nor MCP has one.
constexpr int request_cancelled = -32800;

}  // namespace

// The last step of every way to settle: the owner may let go of it.
void exchange::settle(core::outcome how) {
    waiting_ = false;
    part_.release();
    if (begun_) core::meters().note_request(static_cast<std::size_t>(kind_), how, core::clock::now() - *begun_);
    if (tell_) tell_(how == core::outcome::answered);
    if (used_up_) used_up_->close("its one request is settled");
    if (owner_ != nullptr) owner_->on_settled(*this);
}

void exchange::fail(core::outcome how, int code, std::string_view text, std::chrono::milliseconds retry_after) {
    std::string answer;
    jsonrpc::append_error(answer, id_, code, text);
    out_->push_answer(std::move(answer), retry_after);
    settle(how);
}

void exchange::pass(std::string answer, jsonrpc::message_kind kind) {
    out_->push_answer(std::move(answer));
    settle(kind == jsonrpc::message_kind::error ? core::outcome::error : core::outcome::answered);
}

void exchange::on_answer(const jsonrpc::envelope& answer) {
    if (!waiting_) return;
    std::string text;
    jsonrpc::append_answer(text, answer, id_);
    pass(std::move(text), answer.kind);
}

void exchange::on_large_answer(const jsonrpc::envelope& answer, std::string contents) {
    if (!waiting_) return;
    std::string head;
    jsonrpc::append_answer_head(head, answer.kind, id_);
    contents.insert(0, head);
    contents += jsonrpc::answer_tail;
    pass(std::move(contents), answer.kind);
}

void exchange::on_lost(std::string_view reason) {
    if (waiting_) fail(core::outcome::lost, jsonrpc::error_code::internal_error, reason);
}

bool exchange::on_message(const jsonrpc::envelope& message) {
    const bool is_progress =
        message.kind == jsonrpc::message_kind::notification && message.is_method(mcp::method::progress);
    if (is_progress) deadline_ = std::max(deadline_, std::min(core::clock::now() + patience_, latest_));
    if (!waiting_ || !out_->delivers() || (is_progress && token_.empty())) return false;
    std::string text;
    if (is_progress) {
        jsonrpc::append_notification(text, message, message.progress_token, token_);
    } else {
        jsonrpc::append_call(text, message, message.id, {});
    }
    return out_->push(std::move(text));
}

void exchange::sent_on(std::weak_ptr<child::link> to, std::uint64_t number) {
    link_ = std::move(to);
    number_ = number;
    if (waiting_) return;
    if (const auto there = link_.lock()) there->cancel(number_, "the request was cancelled");
}

void exchange::withdraw(const jsonrpc::envelope& message) {
    if (!waiting_) return;
    if (const auto to = link_.lock()) to->cancel(number_, message);
    // No answer is owed, and none would be looked at; but a reply that is no stream needs something to say.
    if (!out_->takes_messages()) return fail(core::outcome::cancelled, request_cancelled, "the request was cancelled");
    out_->forgo_answer();
    settle(core::outcome::cancelled);
}

void exchange::time_out() {
    if (!waiting_) return;
    if (const auto to = link_.lock()) to->cancel(number_, "the request timed out");
    core::meters().note_hit(latest_ != core::clock::time_point{} && deadline_ >= latest_ ? core::bound::max_request_time
                                                                                          : core::bound::request_timeout);
    fail(core::outcome::timed_out, request_timeout, "Request timed out");
}

void exchange::abandon(std::string_view reason) {
    if (!waiting_) return;
    if (const auto to = link_.lock()) to->cancel(number_, reason);
    on_lost(reason);
}

void exchange::conclude(std::string_view result) {
    if (!waiting_) return;
    std::string text;
    jsonrpc::append_result(text, id_, result);
    pass(std::move(text), jsonrpc::message_kind::result);
}

void exchange::refuse(std::string_view reason, std::chrono::milliseconds retry_after) {
    if (waiting_) fail(core::outcome::refused, jsonrpc::error_code::server_error, reason, retry_after);
}

void exchange::drop() {
    if (waiting_) settle(core::outcome::refused);
}

}  // namespace bridge::session
