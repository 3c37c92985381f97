#include "tests/support/stdio_fixture/tasks.hpp"

#include <chrono>

#include "tests/support/raw_json.hpp"

namespace fixture {

using test_support::at;
using test_support::member;
using test_support::quoted_json;
using test_support::unquoted;

namespace {

constexpr std::size_t page = 2;

std::string related(const std::string& id) {
    return R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":)" + quoted_json(id) + "}}";
}

}  // namespace

std::string task_store::shown(const std::string& id, const task& shown_task) {
    return R"({"taskId":)" + quoted_json(id) + R"(,"status":)" + quoted_json(shown_task.status) + R"(,"statusMessage":)" +
           quoted_json("for " + shown_task.who) + R"(,"createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z","ttl":)" +
           shown_task.ttl + "}";
}

void task_store::create(const call& made) {
    const std::string id = "task-" + std::to_string(++last_);
    const std::string ttl(at(made.params, "task/ttl"));
    task& created = tasks_[id];
    created.ttl = ttl.empty() ? "null" : ttl;
    created.who = made.text("who");
    created.bytes = made.number("bytes", 0);
    created.token = made.progress_token;
    server_.answer(made, R"({ "task" : )" + shown(id, created) + "}");
    const bool with_log = made.flag("log");
    server_.loop().after(std::chrono::milliseconds(made.number("ms", 0)), [this, id, with_log] { finish(id, with_log); });
}

void task_store::finish(const std::string& id, bool with_log) {
    task& of = tasks_[id];
    if (of.status == "cancelled") return;
    of.status = "completed";
    if (with_log) {
        server_.notify("notifications/message", R"({"level":"info","data":)" + quoted_json("log of " + of.who) + "," + related(id) + "}");
    }
    server_.notify("notifications/tasks/status", shown(id, of));
    if (!of.waiting.empty()) send_task_result(of.waiting, id);
}

void task_store::send_task_result(const std::string& request, const std::string& id) {
    const task& of = tasks_[id];
    const std::string text = "result for " + of.who + std::string(static_cast<std::size_t>(of.bytes), 'x');
    server_.answer({request, {}, {}, {}, {}}, R"({"content":[{"type":"text","text":)" + quoted_json(text) + "}]," + related(id) + "}");
}

void task_store::report_progress(task& reported) {
    if (reported.token.empty()) return;
    server_.notify("notifications/progress", R"({"progressToken":)" + reported.token + R"(,"progress":)" + std::to_string(++reported.progress) + "}");
}

void task_store::list(const call& asked, std::string_view params) {
    const auto begin = static_cast<std::size_t>(std::stol("0" + unquoted(member(params, "cursor"))));
    std::string shown_tasks;
    std::size_t index = 0;
    for (const auto& [id, each] : tasks_) {
        if (index >= begin && index < begin + page) shown_tasks += (shown_tasks.empty() ? " " : " , ") + shown(id, each);
        ++index;
    }
    const bool has_more = begin + page < tasks_.size();
    server_.answer(asked, R"({"tasks": [)" + shown_tasks + "]" +
                              (has_more ? R"(,"nextCursor":)" + quoted_json(std::to_string(begin + page)) : std::string()) + R"(,"x":1.0})");
}

bool task_store::handle(const std::string& id, std::string_view method, std::string_view params) {
    if (!method.starts_with("tasks/")) return false;
    const call asked{id, {}, {}, {}, {}};
    if (method == "tasks/list") {
        list(asked, params);
        return true;
    }
    const auto found = tasks_.find(unquoted(member(params, "taskId")));
    if (found == tasks_.end()) {
        server_.fail(asked, -32602, "the server knows no such task");
    } else if (method == "tasks/result") {
        if (found->second.status == "working")
            found->second.waiting = id;
        else
            send_task_result(id, found->first);
    } else {
        if (method == "tasks/cancel") found->second.status = "cancelled";
        if (method == "tasks/get") report_progress(found->second);
        server_.answer(asked, shown(found->first, found->second));
    }
    return true;
}

}  // namespace fixture
