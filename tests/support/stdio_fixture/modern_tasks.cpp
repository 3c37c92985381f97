#include "tests/support/stdio_fixture/modern_tasks.hpp"

#include <chrono>

#include "tests/support/raw_json.hpp"
#include "tests/support/stdio_fixture/modern.hpp"
#include "tests/support/stdio_fixture/server.hpp"

namespace fixture {

using test_support::at;
using test_support::member;
using test_support::quoted_json;
using test_support::unquoted;

namespace {

bool declares_tasks(std::string_view line) {
    const std::string_view declared = member(at(line, "params/_meta"), "io.modelcontextprotocol/clientCapabilities");
    return !member(member(declared, "extensions"), "io.modelcontextprotocol/tasks").empty();
}

}  // namespace

std::string modern_tasks::shown(const std::string& id, const task& shown_task) {
    return R"("taskId":)" + quoted_json(id) + R"(,"status":)" + quoted_json(shown_task.status) + R"(,"statusMessage":)" +
           quoted_json("for " + shown_task.who) + R"(,"createdAt":"2026-01-01T00:00:00Z","lastUpdatedAt":"2026-01-01T00:00:00Z","ttlMs":)" +
           shown_task.ttl + R"(,"pollIntervalMs":100)";
}

void modern_tasks::create(const call& made) {
    const std::string wanted = made.text("id");
    const std::string id = wanted.empty() ? "task-" + std::to_string(++last_) : wanted;
    const std::string ttl = made.raw("ttl");
    task& created = tasks_[id];
    created.ttl = ttl.empty() ? "60000" : ttl;
    created.who = made.text("who");
    server_.send_result(made.id, R"({"resultType":"task", )" + shown(id, created) + "}");
    server_.loop().after(std::chrono::milliseconds(made.number("ms", 0)), [this, id, asked = made.raw("ask")] { go_on(id, asked); });
}

void modern_tasks::change(const std::string& id, std::string_view status, std::string more) {
    task& changed = tasks_[id];
    changed.status = status;
    changed.more = std::move(more);
    server_.modern().notify_of_task(id, "{" + shown(id, changed) + changed.more + "}");
}

void modern_tasks::go_on(const std::string& id, const std::string& asked) {
    const task& of = tasks_[id];
    if (of.status == "cancelled") return;
    if (!asked.empty()) return change(id, "input_required", R"(,"inputRequests":{"k":)" + asked + "}");
    const std::string text = quoted_json("result for " + of.who);
    change(id, "completed", R"(,"result":{"resultType":"complete","content":[{"type":"text","text":)" + text + "}]}");
}

void modern_tasks::update(const std::string& line, task& updated, const std::string& id) {
    const std::string answer(at(line, "params/inputResponses/k"));
    if (updated.status != "input_required" || answer.empty()) return;
    change(id, "completed", R"(,"result":{"resultType":"complete","content":[],"structuredContent":{"answer":)" + answer + "}}");
}

bool modern_tasks::handle(const std::string& line, const std::string& id, const std::string& method) {
    if (method == "tools/call" && at(line, "params/arguments/as_task") == "true" && declares_tasks(line)) {
        create({id, {}, {}, std::string(at(line, "params/arguments")), {}});
        return true;
    }
    if (!method.starts_with("tasks/")) return false;
    const std::string task_id = unquoted(at(line, "params/taskId"));
    const auto found = tasks_.find(task_id);
    if (!declares_tasks(line)) {
        server_.send_error(id, -32021, "Missing required client capability");
    } else if (found == tasks_.end()) {
        server_.send_error(id, -32602, "the server knows no such task");
    } else if (method == "tasks/get") {
        server_.send_result(id, R"({"resultType":"complete", )" + shown(task_id, found->second) + found->second.more + "}");
    } else {
        server_.send_result(id, R"({"resultType":"complete"})");
        if (method == "tasks/cancel") change(task_id, "cancelled", {});
        if (method == "tasks/update") update(line, found->second, task_id);
    }
    return true;
}

}  // namespace fixture
