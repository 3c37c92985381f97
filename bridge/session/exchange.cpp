#include "bridge/session/exchange.hpp"

#include <algorithm>
#include <utility>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/members.hpp"
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

// Overwrites `cuts`, parts of the result of `answer`, in `text`, which ends with a copy of that result. A long text is not copied for that.
void blank(std::string& text, jsonrpc::envelope& answer, const std::vector<std::string_view>& cuts) {
    const std::size_t begin = text.size() - jsonrpc::answer_tail.size() - answer.result.size();
    for (const std::string_view each : cuts) {
        const std::size_t at = begin + static_cast<std::size_t>(each.data() - answer.result.data());
        text.replace(at, each.size(), each.size(), ' ');
    }
    answer.known = jsonrpc::known_members::without(answer, cuts);
}

// Gives `text`, which was made for another id, the raw id `id`. The contents of `answer` may be those in `text`, which move.
void replace_id(std::string& text, std::string_view id, jsonrpc::envelope& answer) {
    const std::string_view contents = answer.contents();
    const std::string_view old_id = jsonrpc::answer_id(text);
    if (old_id.data() < text.data() || old_id.data() > text.data() + text.size()) return;
    text.replace(static_cast<std::size_t>(old_id.data() - text.data()), old_id.size(), id);
    const std::string_view moved = std::string_view(text).substr(text.size() - jsonrpc::answer_tail.size() - contents.size(), contents.size());
    if (answer.known) answer.known = answer.known->moved(contents.data(), moved.data());
    (answer.kind == jsonrpc::message_kind::error ? answer.error : answer.result) = moved;
}

}  // namespace

// The last step of every way to settle, because the owner may release the exchange.
void exchange::settle(core::outcome outcome) {
    waiting_ = false;
    run_.release_part();
    const auto now = core::clock::now();
    if (begun_) core::meters().count_request(static_cast<std::size_t>(kind_), outcome, now - *begun_);
    if (tell_) tell_(outcome == core::outcome::answered);
    run_.release_link();
    if (owner_ != nullptr) owner_->on_settled(*this, now);
}

void exchange::fail(core::outcome outcome, int code, std::string_view text) {
    std::string answer;
    jsonrpc::append_error(answer, id_, form_ ? form_->code_for(code) : code, text);
    out_.push_answer(std::move(answer));
    settle(outcome);
}

void exchange::park(std::string answer, core::memory_charge kept) {
    out_.push_answer(std::move(answer));
    out_.close(std::move(kept));
    const auto now = core::clock::now();
    if (begun_) core::meters().count_request(static_cast<std::size_t>(kind_), core::outcome::answered, now - *begun_);
    begun_.reset();
}

void exchange::resume(std::string_view id, std::string_view token, std::shared_ptr<stream> out, core::clock::time_point now) {
    id_ = id;
    token_ = token;
    begun_ = now;
    const bool has_answer = !waiting_;
    out_.open(std::move(out), id, token);
    if (has_answer) core::meters().count_request(static_cast<std::size_t>(kind_), core::outcome::answered, now - *begun_);
}

void exchange::pass(std::string answer, jsonrpc::message_kind kind) {
    out_.push_answer(std::move(answer));
    settle(kind == jsonrpc::message_kind::error ? core::outcome::error : core::outcome::answered);
}

// Returns false if a review refused the result of `answer` and the client got an error, or if another result follows. `replacement` is the result
// that replaces it; empty if it may pass without `cuts`.
bool exchange::apply_reviews(const jsonrpc::envelope& answer, std::string& replacement, std::vector<std::string_view>& cuts) {
    for (const auto& review : reviews_) {
        result_review found = review(answer);
        if (!found.error.empty()) {
            fail(core::outcome::error, jsonrpc::error_code::internal_error, found.error);
            return false;
        }
        if (found.replacement) replacement = std::move(*found.replacement);
        cuts.insert(cuts.end(), found.cuts.begin(), found.cuts.end());
        if (found.task) task_ = std::move(found.task);
        if (found.followed_task.empty()) continue;
        const auto error = run_.follow_task(found.followed_task, shared_from_this());
        if (error) on_lost(error.message());
        return false;
    }
    return true;
}

void exchange::on_answer(const jsonrpc::envelope& answer) {
    if (!waiting_) return;
    std::string text;
    std::string replacement;
    std::vector<std::string_view> cuts;
    if (answer.kind == jsonrpc::message_kind::result && !apply_reviews(answer, replacement, cuts)) return;
    jsonrpc::envelope changed = answer;
    if (replacement.empty() && !cuts.empty()) replacement = jsonrpc::without_cuts(answer.result, std::move(cuts));
    if (!replacement.empty()) changed.result = replacement;
    jsonrpc::append_answer(text, changed, id_);
    if (form_) form_->complete(text, changed);
    pass(std::move(text), answer.kind);
}

std::string exchange::answer_head(jsonrpc::message_kind kind) const {
    std::string head;
    jsonrpc::append_answer_head(head, kind, id_);
    return head;
}

void exchange::on_large_answer(const jsonrpc::envelope& answer, std::string text) {
    if (!waiting_) return;
    jsonrpc::envelope changed = answer;
    // The client may have continued the call with another request while the text was made.
    if (!text.starts_with(answer_head(answer.kind))) replace_id(text, id_, changed);
    std::string replacement;
    if (answer.kind == jsonrpc::message_kind::result) {
        std::vector<std::string_view> cuts;
        if (!apply_reviews(changed, replacement, cuts)) return;
        if (replacement.empty() && !cuts.empty()) blank(text, changed, cuts);
        if (!replacement.empty()) {
            changed.result = replacement;
            changed.known = nullptr;
            text = answer_head(answer.kind);
            jsonrpc::append_raw(text, replacement, answer.has_line_breaks);
            text += jsonrpc::answer_tail;
        }
    }
    if (form_) form_->complete(text, changed);
    pass(std::move(text), answer.kind);
}

void exchange::on_lost(std::string_view reason) {
    if (waiting_) fail(core::outcome::lost, jsonrpc::error_code::internal_error, reason);
}

bool exchange::on_message(const jsonrpc::envelope& message) {
    const bool is_progress = message.kind == jsonrpc::message_kind::notification && message.is_method(mcp::method::progress);
    if (is_progress) renew(core::clock::now());
    if (!waiting_ || (is_progress && token_.empty())) return false;
    if (is_parked()) {
        if (is_progress) out_.keep_progress(message);
        return false;
    }
    if (form_ && !form_->admits(message)) return false;
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

void exchange::run_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link) {
    if (!waiting_) return assignment->release(link.get());
    run_.run_on(assignment, link);
}

void exchange::sent_as(std::uint64_t number) {
    run_.sent_as(number);
    if (!waiting_) run_.cancel("the request was cancelled");
}

void exchange::withdraw(const jsonrpc::envelope& message) {
    if (!waiting_) return;
    const bool is_short = message.params.size() <= longest_cancellation;
    const std::string_view reason = is_short ? jsonrpc::find_member(message.params, "reason") : std::string_view();
    const std::string text = reason.starts_with('"') ? jsonrpc::decode_string(reason) : std::string();
    run_.cancel(text);
    if (is_parked()) return settle(core::outcome::cancelled);
    // The client needs no answer, and would ignore one; but a reply that is not a stream needs a body.
    if (!out_->accepts_messages()) return fail(core::outcome::cancelled, request_cancelled, "the request was cancelled");
    out_->forgo_answer();
    settle(core::outcome::cancelled);
}

void exchange::leave() {
    if (!waiting_) return;
    run_.cancel("the client closed its request");
    if (!is_parked()) out_->forgo_answer();
    settle(core::outcome::cancelled);
}

void exchange::time_out() {
    if (!waiting_) return;
    run_.cancel("the request timed out");
    core::meters().count_hit(is_latest() ? core::bound::max_request_time : core::bound::request_timeout);
    fail(core::outcome::timed_out, request_timeout, "Request timed out");
}

void exchange::abandon(std::string_view reason) {
    if (!waiting_) return;
    run_.cancel(reason);
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

void exchange::fail_with(std::string_view error) {
    if (!waiting_) return;
    run_.cancel("the client lacks a capability");
    std::string answer;
    jsonrpc::append_answer_head(answer, jsonrpc::message_kind::error, id_);
    answer += error;
    answer += jsonrpc::answer_tail;
    out_.push_answer(std::move(answer));
    settle(core::outcome::refused);
}

void exchange::on_no_child(child::refusal refusal) {
    if (!waiting_) return;
    const bool is_initialize = kind_ == mcp::request_kind::initialize;
    refusal_answer answer = answer_to(std::move(refusal), is_initialize ? refused_request::initialize : refused_request::other);
    if (form_) answer.code = form_->code_for(answer.code);
    out_.push_answer(answer.response(id_), answer.retry_after);
    settle(answer.outcome);
}

void exchange::drop() {
    if (waiting_) settle(core::outcome::refused);
}

}  // namespace bridge::session
