#include "bridge/session/last_progress.hpp"

#include <utility>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

// Bytes of params. A step has two numbers and a sentence.
constexpr std::size_t longest = 4096;

constexpr std::string_view raw_progress = R"("notifications/progress")";

}  // namespace

void last_progress::keep(const jsonrpc::envelope& message) {
    if (message.params.size() > longest || message.progress_token.empty()) return;
    params_ = message.params;
    token_at_ = static_cast<std::size_t>(message.progress_token.data() - message.params.data());
    token_size_ = message.progress_token.size();
    has_line_breaks_ = message.has_line_breaks;
}

std::string last_progress::remove(std::string_view token) {
    const std::string params = std::exchange(params_, {});
    std::string out;
    if (params.empty() || token.empty()) return out;
    jsonrpc::envelope step;
    step.kind = jsonrpc::message_kind::notification;
    step.method = raw_progress;
    step.params = params;
    step.progress_token = std::string_view(params).substr(token_at_, token_size_);
    step.has_line_breaks = has_line_breaks_;
    jsonrpc::append_notification(out, step, step.progress_token, token);
    return out;
}

}  // namespace bridge::session
