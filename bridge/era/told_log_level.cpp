#include "bridge/era/told_log_level.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "bridge/jsonrpc/find_member.hpp"

namespace bridge::era {
namespace {

constexpr std::string_view raw_set_level = R"("logging/setLevel")";

}  // namespace

void told_log_level::raise(session::child_assignment& assignment, mcp::log_level wanted) {
    if (level_ && *level_ <= wanted) return;
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = raw_set_level;
    if (assignment.method_fault(message) != nullptr) return;
    const std::string_view known = assignment.known_initialize_result();
    if (!known.empty() && jsonrpc::find_member(jsonrpc::find_member(known, "capabilities"), "logging").empty()) return;
    level_ = wanted;
    const std::string raw = '"' + std::string(mcp::to_string(wanted)) + '"';
    // A child that is started later gets the level with its start.
    assignment.settings()->record_level(raw);
    child::child_slot* const own = assignment.own();
    child::link* const link = own != nullptr ? own->current() : nullptr;
    if (link == nullptr) return;
    cancel("a more verbose level is set");
    const std::string params = R"({"level":)" + raw + '}';
    message.params = params;
    // The child reads this request before the call. The bridge ignores the answer.
    auto answer = std::make_shared<child::silent_sink>();
    const auto number = link->call(message, answer);
    if (!number) return;
    told_ = link->weak_from_this();
    number_ = *number;
    answer_ = std::move(answer);
}

void told_log_level::cancel(const char* reason) {
    const auto answer = std::exchange(answer_, nullptr);
    const auto link = answer && !answer->is_over() ? told_.lock() : nullptr;
    if (link && link->is_open()) link->cancel(number_, reason);
}

// The next request that wants the level asks again: the child may have ignored this one.
void told_log_level::give_up() {
    if (answer_ && !answer_->is_over()) level_.reset();
    cancel("its client has left");
}

}  // namespace bridge::era
