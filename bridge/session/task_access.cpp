#include "bridge/session/task_access.hpp"

#include <utility>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/member_names.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/mcp/task.hpp"

namespace bridge::session {
namespace {

using namespace std::chrono_literals;

// Servers may delete a task when its ttl is over, but need not do so at once.
constexpr std::chrono::milliseconds ttl_slack = 60s;

// Larger results are not searched, so that no turn of the loop takes long. A result that creates a task is small, and lists have pages.
constexpr std::size_t most_bytes = 256 * 1024;

bool is_string(std::string_view raw) {
    return raw.starts_with('"');
}

// The result of tasks/list with the tasks of `owner` only. The rest of the result stays unchanged.
result_review list_of_own(std::string_view result, const task_owners& all, const std::string& owner) {
    if (result.size() > most_bytes) return {.error = "the server's list of tasks has " + std::to_string(result.size()) + " bytes"};
    std::string_view tasks;
    std::size_t lists = 0;
    jsonrpc::scanner in(result, jsonrpc::deepest_nesting);
    const bool is_object = in.peek() == '{' && in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        if (jsonrpc::compare_folded(key, "tasks") == jsonrpc::likeness::different) return true;
        tasks = value;
        ++lists;
        return true;
    });
    if (!is_object || lists != 1 || !tasks.starts_with('[')) return {.error = "the server's answer is no list of tasks"};
    const auto now = core::clock::now();
    const auto start = static_cast<std::size_t>(tasks.data() - result.data());
    std::string out(result.substr(0, start));
    char separator = '[';
    jsonrpc::scanner each(tasks, jsonrpc::deepest_nesting);
    each.array([&] {
        std::string_view task;
        if (!each.value(task)) return false;
        const std::string_view id = jsonrpc::find_member(task, "taskId");
        if (!is_string(id) || !all.is_owned(jsonrpc::decode_string(id), owner, now)) return true;
        out += std::exchange(separator, ',');
        out += task;
        return true;
    });
    if (separator == '[') out += '[';
    out += ']';
    out += result.substr(start + tasks.size());
    return {.replacement = std::move(out)};
}

}  // namespace

task_access::task_access(std::shared_ptr<task_owners> all, std::string_view principal, std::string session)
    : all_(std::move(all)), is_named_(!principal.empty()),
      // Sessions without a principal need an owner that no principal can have.
      owner_(is_named_ ? "principal " + std::string(principal) : "session " + session), session_(std::move(session)) {}

bool task_access::owns(std::string_view raw_id) const {
    return is_string(raw_id) && raw_id.size() <= task_owners::longest_raw_id &&
           all_->is_owned(jsonrpc::decode_string(raw_id), owner_, core::clock::now());
}

bool task_access::review(const jsonrpc::envelope& message, exchange& call) const {
    const auto is_unknown = [&call] {
        call.refuse("Task not found", jsonrpc::error_code::invalid_params);
        return true;
    };
    if (!message.related_task_id.empty() && !owns(message.related_task_id)) return is_unknown();
    if (!message.task.empty()) {
        call.review_result([all = all_, owner = owner_, session = session_](const jsonrpc::envelope& answer) -> result_review {
            const std::string_view result = answer.result;
            if (result.size() > most_bytes) return {};
            const mcp::task created = mcp::task::read(jsonrpc::find_member(result, "task"));
            std::optional<std::chrono::milliseconds> kept = created.ttl;
            if (kept) *kept += ttl_slack;
            if (!created.id.empty()) all->add(jsonrpc::decode_string(created.id), owner, session, kept, core::clock::now());
            return {};
        });
    }
    if (jsonrpc::compare_folded(message.method, mcp::method::task_prefix, true) == jsonrpc::likeness::different) return false;
    if (message.is_method(mcp::method::tasks_list)) return review_list(call);
    return owns(message.task_id) ? false : is_unknown();
}

bool task_access::review_list(exchange& call) const {
    if (!is_named_) {
        call.refuse("Method not found: tasks are not listed where clients cannot be told apart", jsonrpc::error_code::method_not_found);
        return true;
    }
    call.review_result([all = all_, owner = owner_](const jsonrpc::envelope& answer) { return list_of_own(answer.result, *all, owner); });
    return false;
}

void task_access::end() const {
    if (!is_named_) all_->remove_owner(owner_);
}

}  // namespace bridge::session
