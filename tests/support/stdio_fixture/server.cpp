#include "tests/support/stdio_fixture/server.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "tests/support/raw_json.hpp"
#include "tests/support/stdio_fixture/crash.hpp"
#include "tests/support/stdio_fixture/folding.hpp"
#include "tests/support/stdio_fixture/modern.hpp"
#include "tests/support/stdio_fixture/tasks.hpp"
#include "tests/support/stdio_fixture/tools.hpp"

namespace fixture {

using test_support::at;
using test_support::member;
using test_support::quoted_json;
using test_support::unquoted;

std::string call::text(std::string_view name) const {
    return unquoted(member(arguments, name));
}
long call::number(std::string_view name, long otherwise) const {
    return test_support::integer(member(arguments, name), otherwise);
}
bool call::flag(std::string_view name) const {
    return member(arguments, name) == "true";
}
std::string call::raw(std::string_view name) const {
    return std::string(member(arguments, name));
}

server::server(const options& chosen, event_loop& loop)
    : options_(chosen), loop_(loop), writer_(chosen.line_end, chosen.byte_order_mark, chosen.bytewise), fault_(chosen.fault),
      tasks_(std::make_unique<task_store>(*this)), modern_(std::make_unique<modern_era>(*this)) {}

server::~server() = default;

void server::on_line(std::string line) {
    record(line);
    if (options_.echo) writer_.write(line);
    if (!options_.crash_at.empty() && line.find(options_.crash_at) != std::string::npos) crash(options_);
    handle(options_.fold_names ? with_folded_names(line) : line);
    received_.push_back(std::move(line));
}

void server::handle(const std::string& line) {
    const std::string id(member(line, "id"));
    const std::string method = unquoted(member(line, "method"));
    if (!method.empty()) {
        crash_at(method);
        begin_fault_at(method);
    }
    const bool is_notification = id.empty() || (options_.fold_names && method.starts_with("notifications/"));
    if (method.empty())
        on_answer(line, id);
    else if (is_notification)
        on_notification(line, method);
    else
        on_request(line, id, method);
}

void server::on_request(const std::string& line, const std::string& id, const std::string& method) {
    if (method == options_.silent_on) return;
    if (method != options_.refuse && modern_->handle(line, id, method)) return;
    if (options_.has_tasks && tasks_->handle(id, method, member(line, "params"))) return;
    if (method == options_.refuse)
        send_error(id, -32000, "refused as told");
    else if (method == "initialize")
        send_result(id, initialize_result(line));
    else if (method == "tools/call")
        on_call(line, id);
    else if (method == "tools/list")
        send_result(id, tools_list(options_.task_required));
    else if (method == "server/discover")
        on_discover(id);
    else if (method == "logging/setLevel")
        on_set_level(id);
    else if (method == "ping" || method == "resources/subscribe" || method == "resources/unsubscribe")
        send_result(id, "{}");
    else
        send_error(id, -32601, "Method not found: " + method);
}

void server::on_notification(const std::string& line, const std::string& method) {
    if (method == "notifications/cancelled") {
        cancelled_.emplace(at(line, "params/requestId"));
        modern_->cancel(std::string(at(line, "params/requestId")));
    }
    if (method == "notifications/initialized" && options_.notify_every_ms >= 0) update_again();
    if (method == "notifications/initialized" && !options_.ask_when_initialized.empty()) {
        ask(options_.ask_when_initialized, "{}", [](const std::string&) {});
    }
}

void server::update_again() {
    notify("notifications/resources/updated", R"({"uri":"test://ticking","pid":)" + std::to_string(::getpid()) + "}");
    loop_.after(std::chrono::milliseconds(options_.notify_every_ms), [this] { update_again(); });
}

void server::on_answer(const std::string& line, const std::string& id) {
    if (auto asked = asked_.extract(id)) asked.mapped()(line);
}

void server::on_call(const std::string& line, const std::string& id) {
    if (!options_.calls_file.empty()) std::ofstream(options_.calls_file, std::ios::app) << ::getpid() << '\n';
    if (calls_++ == options_.crash_after_calls) crash(options_);
    const std::string params(member(line, "params"));
    const call made{id, unquoted(member(params, "name")), params, std::string(member(params, "arguments")),
                    std::string(at(params, "_meta/progressToken"))};
    if (options_.has_tasks && made.tool != options_.no_task_for && !member(params, "task").empty()) return tasks_->create(made);
    if (made.tool == options_.task_required) return send_error(id, -32601, "Only as a task");
    if (const tool* found = find_tool(made.tool))
        found->run(*this, made);
    else
        send_error(id, -32602, "Unknown tool: " + made.tool);
}

// As a server that handles requests side by side: calls that come meanwhile run with the old level.
void server::on_set_level(const std::string& id) {
    const auto set = [this, id] {
        holds_level_ = true;
        send_result(id, "{}");
    };
    if (options_.level_after_ms < 0) return set();
    loop_.after(std::chrono::milliseconds(options_.level_after_ms), set);
}

void server::on_discover(const std::string& id) {
    if (options_.on_discover == "exit") std::exit(1);
    if (options_.on_discover == "error") send_error(id, -32601, "Method not found");
}

void server::crash_at(std::string_view method) {
    if (options_.crash_on == method) crash(options_);
}

void server::begin_fault_at(std::string_view moment) {
    if (options_.fault_at != moment || fault_.is_on()) return;
    if (options_.fault_while.empty() || ::unlink(options_.fault_while.c_str()) == 0) fault_.begin(*this);
}

void server::toggle_fault() {
    if (fault_.is_on())
        fault_.end(*this);
    else
        fault_.begin(*this);
}

void server::record(const std::string& line) {
    if (options_.record_file.empty()) return;
    std::ofstream(options_.record_file, std::ios::app | std::ios::binary) << line << '\n';
}

std::string server::initialize_result(const std::string& line) const {
    const std::string version =
        options_.protocol_version.empty() ? std::string(at(line, "params/protocolVersion")) : quoted_json(options_.protocol_version);
    return R"({"protocolVersion":)" + (version.empty() ? R"("2025-11-25")" : version) + R"(,"capabilities":)" + options_.capabilities +
           R"(,"serverInfo":{"name":)" + quoted_json(options_.name) + R"(,"version":"1.0.0"}})";
}

void server::send_result(const std::string& id, std::string_view result) {
    std::string shown = id;
    if (options_.ids == id_style::text) shown = quoted_json(unquoted(id));
    if (options_.ids == id_style::null) shown = "null";
    if (options_.ids == id_style::unknown) shown = "987654321";
    if (options_.ids == id_style::decimal) shown = id + ".0";
    for (long i = 0; i < options_.answers_per_request; ++i) {
        send(shown, R"("result":)" + modern_->completed(result));
    }
}

void server::send_error(const std::string& id, int code, std::string_view message, std::string_view data) {
    const std::string tail = data.empty() ? std::string() : R"(,"data":)" + std::string(data);
    send(id, R"("error":{"code":)" + std::to_string(code) + R"(,"message":)" + quoted_json(message) + tail + "}");
}

void server::send(const std::string& id, std::string_view body) {
    const std::string line = fault_.shaped(R"({"jsonrpc":"2.0","id":)" + id + "," + std::string(body) + "}", id, body);
    if (!line.empty()) writer_.write(line);
}

void server::answer(const call& request, std::string_view result) {
    send_result(request.id, result);
}

void server::answer_text(const call& request, std::string_view text) {
    send_result(request.id, R"({"content":[{"type":"text","text":)" + quoted_json(text) + "}]}");
}

void server::fail(const call& request, int code, std::string_view message) {
    send_error(request.id, code, message);
}

void server::notify(std::string_view method, std::string_view params) {
    if (!modern_->is_on() || !modern_->notify(method, params)) write_notification(method, params);
}

void server::write_notification(std::string_view method, std::string_view params) {
    writer_.write(R"({"jsonrpc":"2.0","method":)" + quoted_json(method) + R"(,"params":)" + std::string(params) + "}");
}

std::string server::ask(std::string_view method, std::string_view params, std::function<void(std::string)> on_answer) {
    const std::string id = std::to_string(next_ask_id_++);
    asked_.emplace(id, std::move(on_answer));
    writer_.write(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":)" + quoted_json(method) + R"(,"params":)" + std::string(params) + "}");
    return id;
}

bool server::give_up(const std::string& id) {
    if (asked_.erase(id) == 0) return false;
    notify("notifications/cancelled", R"({"requestId":)" + id + R"(,"reason":"gave up"})");
    return true;
}

}  // namespace fixture
