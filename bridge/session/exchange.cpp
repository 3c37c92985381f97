#include "bridge/session/exchange.hpp"

#include <utility>

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {
namespace {

// What SDKs call a request that was not answered in time.
constexpr int request_timeout = -32001;

}  // namespace

void exchange::settle(state reached) {
    state_ = reached;
    changed_.notify();
}

void exchange::on_answer(const jsonrpc::envelope& answer) {
    if (state_ != state::waiting) return;
    jsonrpc::append_answer(answer_, answer, id_);
    settle(state::answered);
}

void exchange::on_lost(std::string_view reason) {
    if (state_ != state::waiting) return;
    jsonrpc::append_error(answer_, id_, jsonrpc::error_code::internal_error, reason);
    settle(state::answered);
}

bool exchange::on_message(const jsonrpc::envelope& message) {
    const bool is_progress =
        message.kind == jsonrpc::message_kind::notification && message.is_method(mcp::method::progress);
    if (state_ != state::waiting || !streams_ || overflowed_ || (is_progress && token_.empty())) return false;
    std::string text;
    if (is_progress) {
        jsonrpc::append_notification(text, message, message.progress_token, token_);
    } else {
        jsonrpc::append_call(text, message, message.id, {});
    }
    if (messages_.size() >= bounds_.stream_messages || message_bytes_ + text.size() > bounds_.stream_bytes) {
        overflowed_ = true;
    } else {
        message_bytes_ += text.size();
        messages_.push_back(std::move(text));
    }
    changed_.notify();
    return !overflowed_;
}

std::vector<std::string> exchange::take_messages() {
    message_bytes_ = 0;
    return std::exchange(messages_, {});
}

void exchange::sent_on(std::weak_ptr<child::link> to, std::uint64_t number) {
    link_ = std::move(to);
    number_ = number;
    if (state_ == state::waiting) return;
    if (const auto there = link_.lock()) there->cancel(number_, "the request was cancelled");
}

void exchange::leave() {
    if (state_ != state::waiting) return;
    state_ = state::withdrawn;
    if (const auto there = link_.lock()) there->forget(number_);
}

void exchange::withdraw(const jsonrpc::envelope& message) {
    if (state_ != state::waiting) return;
    if (const auto to = link_.lock()) to->cancel(number_, message);
    settle(state::withdrawn);
}

void exchange::time_out() {
    if (state_ != state::waiting) return;
    if (const auto to = link_.lock()) to->cancel(number_, "the request timed out");
    jsonrpc::append_error(answer_, id_, request_timeout, "Request timed out");
    settle(state::answered);
}

}  // namespace bridge::session
