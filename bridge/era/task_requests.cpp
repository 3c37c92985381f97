#include "bridge/era/task_requests.hpp"

#include <utility>

#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/task_owners.hpp"

namespace bridge::era {
namespace {

namespace method = mcp::method;

// A task of another principal, one that is forgotten and one that never was are all the same to a client.
constexpr std::string_view unknown_task = "Task not found";

// Longer than the raw id of any task.
constexpr std::size_t longest_task_id = session::task_owners::longest_raw_id;

request_fault missing_extension() {
    return {.code = mcp::error_code::missing_capability,
            .text = "Missing required client capability",
            .data = R"({"requiredCapabilities":{"extensions":{")" + std::string(mcp::tasks_extension) + R"(":{}}}})"};
}

request_fault invalid(std::string text) {
    return {.code = jsonrpc::error_code::invalid_params, .text = std::move(text), .is_in_envelope = false};
}

}  // namespace

bool is_task_request(std::string_view raw) {
    return jsonrpc::string_equals(raw, method::tasks_get) || jsonrpc::string_equals(raw, method::tasks_update) ||
           jsonrpc::string_equals(raw, method::tasks_cancel);
}

core::result<std::string, request_fault> task_named_by(const jsonrpc::envelope& message, const modern_request& said,
                                                       const std::optional<std::string_view>& name) {
    if (!said.knows_tasks) return missing_extension();
    const std::string_view raw_id = jsonrpc::find_member(message, message.params, "taskId");
    if (!raw_id.starts_with('"')) return invalid("Invalid params: taskId is not a string");
    if (auto wrong = name_fault(name, raw_id)) return std::move(*wrong);
    return raw_id.size() <= longest_task_id ? jsonrpc::decode_string(raw_id) : std::string();
}

core::result<task_text, request_fault> answer_task_request(modern_clients& clients, std::string_view principal, const std::string& id,
                                                           const jsonrpc::envelope& message, const modern_request& said, std::string* text) {
    background_tasks& tasks = clients.tasks();
    const std::string lost = clients.lost_task(principal, id);
    if (message.is_method(method::tasks_get)) {
        task_text details = tasks.details(principal, id);
        if (details.empty() && !lost.empty()) details.begin = R"({"resultType":"complete",)" + lost + '}';
        if (details.empty()) return invalid(std::string(unknown_task));
        return details;
    }
    if (message.is_method(method::tasks_update) && !said.input_responses.starts_with('{')) {
        return invalid("Invalid params: inputResponses is no object");
    }
    const bool is_known =
        message.is_method(method::tasks_cancel) ? tasks.cancel(principal, id) : tasks.answer(principal, id, said.input_responses, message, text);
    if (!is_known && lost.empty()) return invalid(std::string(unknown_task));
    return task_text{.begin = R"({"resultType":"complete"})"};
}

std::optional<request_fault> task_listening_fault(const jsonrpc::envelope& message, const modern_request& said) {
    if (said.knows_tasks || !message.is_method(method::listen)) return std::nullopt;
    const std::string_view wanted = jsonrpc::find_member(message, jsonrpc::find_member(message, message.params, "notifications"), "taskIds");
    if (wanted.empty()) return std::nullopt;
    return missing_extension();
}

}  // namespace bridge::era
