#include "bridge/session/exchange.hpp"

#include <algorithm>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/child_assignment.hpp"
#include "bridge/session/refusal_answer.hpp"

namespace bridge::session {
namespace {

// The error code that SDKs use for a request that timed out.
constexpr int request_timeout = -32001;

// The answer to a client that accepts no stream for a request that it has cancelled. The code is that of the Language Server Protocol, because
// neither JSON-RPC nor MCP has one.
constexpr int request_cancelled = -32800;

// The bytes of a cancellation's params that are searched for a reason. People write sentences there.
constexpr std::size_t longest_cancellation = 64 * 1024;

}  // namespace

// The last step of every way to settle, because the owner may release the exchange.
void exchange::settle(core::outcome outcome) {
    waiting_ = false;
    part_.release();
    const auto now = core::clock::now();
    if (begun_) core::meters().count_request(static_cast<std::size_t>(kind_), outcome, now - *begun_);
    if (tell_) tell_(outcome == core::outcome::answered);
    if (const auto assignment = assignment_.lock()) assignment->release(lent_);
    if (owner_ != nullptr) owner_->on_settled(*this, now);
}

void exchange::fail(core::outcome outcome, int code, std::string_view text) {
    std::string answer;
    jsonrpc::append_error(answer, id_, code, text);
    out_->push_answer(std::move(answer));
    settle(outcome);
}

void exchange::pass(std::string answer, jsonrpc::message_kind kind) {
    out_->push_answer(std::move(answer));
    settle(kind == jsonrpc::message_kind::error ? core::outcome::error : core::outcome::answered);
}

// Returns false if a review refused the result and the client got an error. `replacement` is the result that replaces `result`; empty if `result`
// may pass.
bool exchange::apply_reviews(std::string_view result, std::string& replacement) {
    for (const auto& review : reviews_) {
        result_review found = review(result);
        if (!found.error.empty()) {
            fail(core::outcome::error, jsonrpc::error_code::internal_error, found.error);
            return false;
        }
        if (found.replacement) replacement = std::move(*found.replacement);
        if (found.task) task_ = std::move(found.task);
    }
    return true;
}

void exchange::on_answer(const jsonrpc::envelope& answer) {
    if (!waiting_) return;
    std::string text;
    std::string replacement;
    if (answer.kind == jsonrpc::message_kind::result && !apply_reviews(answer.result, replacement)) return;
    if (replacement.empty()) {
        jsonrpc::append_answer(text, answer, id_);
    } else {
        jsonrpc::envelope changed = answer;
        changed.result = replacement;
        jsonrpc::append_answer(text, changed, id_);
    }
    pass(std::move(text), answer.kind);
}

std::string exchange::answer_head(jsonrpc::message_kind kind) const {
    std::string head;
    jsonrpc::append_answer_head(head, kind, id_);
    return head;
}

void exchange::on_large_answer(const jsonrpc::envelope& answer, std::string text) {
    if (!waiting_) return;
    if (answer.kind == jsonrpc::message_kind::result) {
        std::string replacement;
        if (!apply_reviews(answer.result, replacement)) return;
        if (!replacement.empty()) {
            text = answer_head(answer.kind);
            jsonrpc::append_raw(text, replacement, answer.has_line_breaks);
            text += jsonrpc::answer_tail;
        }
    }
    pass(std::move(text), answer.kind);
}

void exchange::on_lost(std::string_view reason) {
    if (waiting_) fail(core::outcome::lost, jsonrpc::error_code::internal_error, reason);
}

bool exchange::on_message(const jsonrpc::envelope& message) {
    const bool is_progress = message.kind == jsonrpc::message_kind::notification && message.is_method(mcp::method::progress);
    if (is_progress) renew(core::clock::now());
    if (!waiting_ || (is_progress && token_.empty())) return false;
    // A reply in JSON carries no messages, and a client that has left reads none; but the client may read its general stream.
    stream* const spare = out_->delivers() || owner_ == nullptr ? nullptr : owner_->spare_stream();
    stream& target = spare != nullptr ? *spare : *out_;
    if (!target.delivers()) return false;
    std::string text;
    if (is_progress) {
        jsonrpc::append_notification(text, message, message.progress_token, token_);
    } else {
        jsonrpc::append_call(text, message, message.id, {});
    }
    return target.push(std::move(text));
}

void exchange::renew(core::clock::time_point now) {
    deadline_ = std::max(deadline_, std::min(now + patience_, latest_));
}

void exchange::run_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link) {
    if (!waiting_) return assignment->release(link.get());
    assignment_ = assignment;
    lent_ = link.get();
    link_ = link;
}

void exchange::sent_as(std::uint64_t number) {
    number_ = number;
    if (!waiting_) cancel_call("the request was cancelled");
}

void exchange::cancel_call(std::string_view reason) const {
    if (number_ == 0) return;
    if (const auto link = link_.lock()) link->cancel(number_, reason);
}

void exchange::withdraw(const jsonrpc::envelope& message) {
    if (!waiting_) return;
    const bool is_short = message.params.size() <= longest_cancellation;
    const std::string_view reason = is_short ? jsonrpc::find_member(message.params, "reason") : std::string_view();
    const std::string text = reason.starts_with('"') ? jsonrpc::decode_string(reason) : std::string();
    cancel_call(text);
    // The client needs no answer, and would ignore one; but a reply that is not a stream needs a body.
    if (!out_->accepts_messages()) return fail(core::outcome::cancelled, request_cancelled, "the request was cancelled");
    out_->forgo_answer();
    settle(core::outcome::cancelled);
}

void exchange::time_out() {
    if (!waiting_) return;
    cancel_call("the request timed out");
    core::meters().count_hit(latest_ != core::clock::time_point{} && deadline_ >= latest_ ? core::bound::max_request_time
                                                                                          : core::bound::request_timeout);
    fail(core::outcome::timed_out, request_timeout, "Request timed out");
}

void exchange::abandon(std::string_view reason) {
    if (!waiting_) return;
    cancel_call(reason);
    on_lost(reason);
}

void exchange::conclude(std::string_view result) {
    if (!waiting_) return;
    std::string text;
    jsonrpc::append_result(text, id_, result);
    pass(std::move(text), jsonrpc::message_kind::result);
}

void exchange::refuse(std::string_view reason, int code) {
    if (waiting_) fail(core::outcome::refused, code, reason);
}

void exchange::on_no_child(child::refusal refusal) {
    if (!waiting_) return;
    const bool is_initialize = kind_ == mcp::request_kind::initialize;
    const refusal_answer answer = answer_to(std::move(refusal), is_initialize ? refused_request::initialize : refused_request::other);
    out_->push_answer(answer.response(id_), answer.retry_after);
    settle(answer.outcome);
}

void exchange::drop() {
    if (waiting_) settle(core::outcome::refused);
}

}  // namespace bridge::session
