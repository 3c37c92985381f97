#include "tests/support/stdio_fixture/modern.hpp"

#include <chrono>
#include <cstdlib>

#include "tests/support/raw_json.hpp"
#include "tests/support/stdio_fixture/server.hpp"
#include "tests/support/stdio_fixture/tools.hpp"

namespace fixture {
namespace {

using test_support::at;
using test_support::member;
using test_support::quoted_json;

constexpr std::string_view revision = R"("2026-07-28")";

// The raw value of `name` in the `_meta` of a request.
std::string_view in_envelope(std::string_view line, std::string_view name) {
    return member(at(line, "params/_meta"), "io.modelcontextprotocol/" + std::string(name));
}

// The member of a filter that asks for notifications of `method`; empty if they need no subscription.
std::string_view wanted_by(std::string_view method) {
    if (method == "notifications/tools/list_changed") return "toolsListChanged";
    if (method == "notifications/prompts/list_changed") return "promptsListChanged";
    if (method == "notifications/resources/list_changed") return "resourcesListChanged";
    if (method == "notifications/resources/updated") return "resourceSubscriptions";
    return {};
}

// `object` with `members`, raw and with a comma at each end that needs one, in front of its own.
std::string with_members(std::string_view object, std::string_view members) {
    const bool is_empty = object.find_first_not_of(" \t", 1) == object.rfind('}');
    return "{" + std::string(members) + (is_empty ? "" : ",") + std::string(object.substr(1));
}

}  // namespace

void modern_era::refuse_revision(const std::string& id, std::string_view requested) {
    server_.send_error(id, -32022, "Unsupported protocol version",
                       R"({"supported":["2026-07-28"],"requested":)" + std::string(requested.empty() ? "null" : requested) + "}");
}

bool modern_era::is_valid(const std::string& line, const std::string& id, const std::string& method) {
    const std::string_view asked = in_envelope(line, "protocolVersion");
    if (method == "initialize" && server_.chosen().initialize_error != 0) {
        server_.send_error(id, static_cast<int>(server_.chosen().initialize_error), "refused as told");
    } else if (method == "initialize") {
        refuse_revision(id, at(line, "params/protocolVersion"));
    } else if (asked.empty() || !in_envelope(line, "clientCapabilities").starts_with('{')) {
        server_.send_error(id, -32602, "Invalid _meta envelope");
    } else if (asked != revision) {
        refuse_revision(id, asked);
    } else {
        return true;
    }
    return false;
}

bool modern_era::handle(const std::string& line, const std::string& id, const std::string& method) {
    const std::string& era = server_.chosen().era;
    if (era == "legacy") return false;
    is_on_ = is_on_ || era == "modern" || !in_envelope(line, "protocolVersion").empty();
    if (!is_on_) return false;
    if (!is_valid(line, id, method)) return true;
    logs_ = !in_envelope(line, "logLevel").empty();
    if (server_.chosen().has_tasks && tasks_.handle(line, id, method)) return true;
    if (method == "server/discover") {
        server_.send_result(id, discovered());
    } else if (method == "tools/list") {
        server_.send_result(id, completed(tools_list(), true));
    } else if (method == "subscriptions/listen") {
        listen(line, id);
    } else if (method != "tools/call") {
        server_.send_error(id, -32601, "Method not found: " + method);
    } else {
        return false;
    }
    return true;
}

std::string modern_era::discovered() const {
    return completed(R"({"supportedVersions":["2026-07-28"],"capabilities":)" + server_.chosen().capabilities +
                         R"(,"instructions":"be \u006dodern","new":[ 1.0 ]})",
                     true);
}

std::string modern_era::completed(std::string_view result, bool is_list) const {
    if (!is_on_ || !member(result, "resultType").empty()) return std::string(result);
    std::string added = R"("ttlMs":60000,"cacheScope":"private")";
    if (!is_list) added.clear();
    if (!server_.chosen().no_result_type) added = R"("resultType":"complete")" + (added.empty() ? added : "," + added);
    if (added.empty()) return std::string(result);
    if (member(result, "_meta").empty()) {
        added += R"(,"_meta":{"io.modelcontextprotocol/serverInfo":{"name":)" + quoted_json(server_.chosen().name) + R"(,"version":"1.0.0"}})";
    }
    return with_members(result, added);
}

void modern_era::listen(const std::string& line, const std::string& id) {
    const std::string& mode = server_.chosen().on_listen;
    if (mode == "silence") return;
    if (mode == "error") return server_.send_error(id, -32603, "no subscriptions today");
    std::string filter(at(line, "params/notifications"));
    if (mode == "nothing") filter = "{}";
    if (mode == "tools") filter = R"({"toolsListChanged":true})";
    listens_[id] = filter;
    server_.write_notification("notifications/subscriptions/acknowledged",
                               R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" + id + R"(},"notifications":)" + filter + "}");
    if (mode == "end") server_.send_result(id, completed(R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" + id + "}}"));
}

bool modern_era::notify(std::string_view method, std::string_view params) {
    if (method == "notifications/message") return !logs_;
    const std::string_view wanted = wanted_by(method);
    if (wanted.empty()) return false;
    for (const auto& [id, filter] : listens_) {
        const std::string_view asked = member(filter, wanted);
        const bool is_wanted = wanted == "resourceSubscriptions" ? asked.find(member(params, "uri")) != std::string_view::npos : asked == "true";
        if (!is_wanted) continue;
        server_.write_notification(method, with_members(params, R"("_meta":{"io.modelcontextprotocol/subscriptionId":)" + id + "}"));
    }
    return true;
}

void modern_era::notify_of_task(const std::string& id, std::string_view state) {
    for (const auto& [listen, filter] : listens_) {
        if (member(filter, "taskIds").find(quoted_json(id)) == std::string_view::npos) continue;
        server_.write_notification("notifications/tasks",
                                   with_members(state, R"("_meta":{"io.modelcontextprotocol/subscriptionId":)" + listen + "}"));
    }
}

void modern_era::ask_input(const call& made) {
    const long pause = made.number("ms", 0);
    if (pause == 0) return ask_input_now(made);
    server_.loop().after(std::chrono::milliseconds(pause), [this, made] {
        if (!server_.is_cancelled(made)) ask_input_now(made);
    });
}

void modern_era::ask_input_now(const call& made) {
    const std::string_view state = member(made.params, "requestState");
    const long round = state.empty() ? 0 : std::strtol(std::string(state.substr(1)).c_str(), nullptr, 10);
    if (round < made.number("rounds", 1)) {
        const std::string requests = made.raw("requests");
        server_.send_result(made.id, R"({"resultType":"input_required","requestState":")" + std::to_string(round + 1) + R"( \u0041\"")" +
                                         (requests.empty() ? std::string() : R"(,"inputRequests":)" + requests) + "}");
        return;
    }
    server_.answer(made, R"({"content":[],"structuredContent":{"params":)" + made.params + "}}");
}

}  // namespace fixture
