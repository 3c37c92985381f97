#include "bridge/era/child_task_calls.hpp"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "bridge/era/legacy_view.hpp"
#include "bridge/era/modern_form.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/task_owners.hpp"

namespace bridge::era {
namespace {

// Of a result that is searched. A task without a result is short, and the one that has a result runs no more.
constexpr std::size_t longest_task = 64 * 1024;

constexpr std::string_view ended_task = R"({"status":"completed"})";

// Records the task that `maker` has made for `client`. Only a shared child can have made one for another principal.
session::result_review learn_task(modern_client& client, child::link& maker, std::string_view result) {
    legacy_view* const view = view_of(maker);
    std::shared_ptr<task_claim> claim;
    const std::string id = child_tasks::id_in(result);
    if (view != nullptr && !id.empty()) {
        claim = view->tasks().claim(id, client.who().principal);
        if (!claim) {
            spdlog::warn("the server has given one id to tasks of two clients: neither can use its task");
            return {.error = "the server has given the task an id that the task of another client has"};
        }
    }
    client.tasks_of_child().record(maker, result, core::clock::now(), std::move(claim));
    return {};
}

bool is_task(std::string_view result) {
    const std::string_view type = jsonrpc::find_member(result, "resultType");
    return type.starts_with('"') && jsonrpc::string_equals(type, "task");
}

}  // namespace

void learn_of_tasks(const std::shared_ptr<modern_client>& client, const jsonrpc::envelope& message, session::exchange& call) {
    if (message.is_method(mcp::method::tools_call)) {
        // A request that continues the call replaces its form.
        call.review_result([client = std::weak_ptr(client), &call](const jsonrpc::envelope& answer) {
            const std::string_view result = answer.result;
            const modern_form* const form = form_of(call);
            const auto maker = form != nullptr ? form->task_maker() : nullptr;
            const auto living = maker && result.size() <= longest_task && is_task(result) ? client.lock() : nullptr;
            return living ? learn_task(*living, *maker, result) : session::result_review();
        });
        return;
    }
    const bool is_cancelled = message.is_method(mcp::method::tasks_cancel);
    const bool is_id = message.task_id.starts_with('"') && message.task_id.size() <= session::task_owners::longest_raw_id;
    if (!is_id || (!is_cancelled && !message.is_method(mcp::method::tasks_get))) return;
    call.review_result([client = std::weak_ptr(client), id = jsonrpc::decode_string(message.task_id), is_cancelled](const jsonrpc::envelope& answer) {
        const auto living = client.lock();
        if (living && is_cancelled) living->tasks_of_child().end(id);
        if (living && !is_cancelled) learn_state(living->tasks_of_child(), id, answer.result);
        return session::result_review();
    });
}

void learn_state(child_tasks& tasks, std::string_view id, std::string_view result) {
    tasks.update(id, result.size() <= longest_task ? result : ended_task, core::clock::now());
}

}  // namespace bridge::era
