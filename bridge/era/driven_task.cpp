#include "bridge/era/driven_task.hpp"

#include <utility>
#include <vector>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/other_params.hpp"
#include "bridge/mcp/task.hpp"

namespace bridge::era {
namespace {

class progress_sink final : public child::task_sink {
public:
    explicit progress_sink(std::weak_ptr<session::exchange> call) : call_(std::move(call)) {}

    void on_progress(const jsonrpc::envelope& message) override {
        if (const auto call = call_.lock()) call->on_message(message);
    }

private:
    std::weak_ptr<session::exchange> call_;
};

// The server decides how long it keeps the task.
constexpr std::string_view wish = R"("task":{})";
constexpr std::string_view task_terms = "{}";

// Of a task that a server describes. Real ones have some hundred bytes.
constexpr std::size_t longest_task = 64 * 1024;

constexpr std::string_view related_task = "io.modelcontextprotocol/related-task";

// The result of a task without the member that names the task, which the client does not know.
session::result_review reviewed(const jsonrpc::envelope& answer) {
    session::result_review out;
    const auto meta = jsonrpc::few_members_of(answer, jsonrpc::find_member(answer, answer.result, "_meta"));
    const auto names_task = [](const jsonrpc::member& each) { return each.is(related_task); };
    if (meta) jsonrpc::add_cuts(*meta, names_task, out.cuts);
    return out;
}

}  // namespace

bool needs_task(const modern_client& client, std::string_view tool) {
    if (!client.tools()->parameters().needs_task(tool)) return false;
    std::string_view declared = client.assignment()->known_initialize_result();
    // The tool says it, if the server is not known.
    if (declared.empty()) return true;
    for (const char* const name : {"capabilities", "tasks", "requests", "tools", "call"}) declared = jsonrpc::find_member(declared, name);
    return declared.starts_with('{');
}

void wish_for_task(std::string& text, jsonrpc::envelope& message, unsigned max_depth) {
    if (text.size() > jsonrpc::slice_bytes) {
        message.task = jsonrpc::prepend_param(text, message, wish).substr(wish.size() - task_terms.size());
        return;
    }
    const std::string_view members = message.params.substr(1);
    const bool is_empty = members.find_first_not_of(" \t\r\n") == members.find('}');
    jsonrpc::replace_params(text, message, '{' + std::string(wish) + (is_empty ? "" : ",") + std::string(members), max_depth);
}

void follow_task(const std::shared_ptr<session::exchange>& call) {
    // The link keeps no sink alive. The review lives as long as the call.
    auto progress = std::make_shared<progress_sink>(call);
    call->review_result([progress, is_followed = false](const jsonrpc::envelope& answer) mutable {
        if (std::exchange(is_followed, true)) return reviewed(answer);
        session::result_review out;
        const std::string_view task = jsonrpc::find_member(answer, answer.result, "task");
        if (task.size() > longest_task) return out;
        const mcp::task made = mcp::task::read(task);
        if (made.id.empty()) return out;
        out.followed_task = std::string(made.id);
        out.task = progress;
        return out;
    });
}

}  // namespace bridge::era
