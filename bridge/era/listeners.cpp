#include "bridge/era/listeners.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

// A list that can change.
struct changing_list {
    std::string_view method;  // of the notification
    std::string_view key;     // in the filter
    std::string_view capability;
    bool listening_filter::*wanted;
};
constexpr std::array lists = {changing_list{mcp::method::tools_changed, "toolsListChanged", "tools", &listening_filter::tools},
                              changing_list{mcp::method::prompts_changed, "promptsListChanged", "prompts", &listening_filter::prompts},
                              changing_list{mcp::method::resources_changed, "resourcesListChanged", "resources", &listening_filter::resources}};

constexpr std::string_view subscription_id = R"("_meta":{"io.modelcontextprotocol/subscriptionId":)";

std::string notification(std::string_view method, std::string_view id, std::string_view more) {
    std::string out = R"({"jsonrpc":"2.0","method":")" + std::string(method) + R"(","params":{)";
    out += subscription_id;
    out += id;
    out += '}';
    out += more;
    return out += "}}";
}

// The strings in the raw array `text`, decoded.
std::vector<std::string> strings_in(std::string_view text) {
    std::vector<std::string> out;
    jsonrpc::scanner in(text, jsonrpc::deepest_nesting);
    if (in.peek() != '[') return out;
    in.array([&] {
        std::string_view each;
        if (!in.value(each)) return false;
        if (each.starts_with('"')) out.push_back(jsonrpc::decode_string(each));
        return true;
    });
    return out;
}

void push_change(const listener& each, std::string_view method) {
    const std::string text = notification(method, each.id, {});
    each.out->push_once(text, session::stream::digest_of(text));
}

}  // namespace

listening_filter listening_filter::read(std::string_view notifications) {
    listening_filter out;
    for (const changing_list& each : lists) out.*each.wanted = jsonrpc::find_member(notifications, each.key) == "true";
    out.uris = strings_in(jsonrpc::find_member(notifications, "resourceSubscriptions"));
    out.tasks = strings_in(jsonrpc::find_member(notifications, "taskIds"));
    return out;
}

listening_filter listening_filter::served_by(std::string_view capabilities) const {
    const auto has = [capabilities](std::string_view name, std::string_view part) {
        return jsonrpc::find_member(jsonrpc::find_member(capabilities, name), part) == "true";
    };
    listening_filter out;
    for (const changing_list& each : lists) out.*each.wanted = this->*each.wanted && has(each.capability, "listChanged");
    if (has("resources", "subscribe")) out.uris = uris;
    return out;
}

std::string listening_filter::text() const {
    std::string out = "{";
    const auto add = [&out](std::string_view key) {
        if (out.size() > 1) out += ',';
        out += '"' + std::string(key) + "\":";
    };
    for (const changing_list& each : lists) {
        if (!(this->*each.wanted)) continue;
        add(each.key);
        out += "true";
    }
    const auto add_strings = [&](std::string_view key, const std::vector<std::string>& strings) {
        if (strings.empty()) return;
        add(key);
        out += '[';
        for (const std::string& each : strings) {
            if (&each != &strings.front()) out += ',';
            jsonrpc::append_string(out, each);
        }
        out += ']';
    };
    add_strings("resourceSubscriptions", uris);
    add_strings("taskIds", tasks);
    return out += '}';
}

void listener::acknowledge() const {
    out->push(notification("notifications/subscriptions/acknowledged", id, R"(,"notifications":)" + filter.text()));
}

void listener::end() const {
    std::string answer;
    jsonrpc::append_result(answer, id, R"({"resultType":"complete",)" + std::string(subscription_id) + id + "}}");
    out->push_answer(std::move(answer));
}

void listeners::remove(const listener& removed) {
    std::erase_if(all_, [&removed](const auto& each) { return each.get() == &removed; });
}

void listeners::on_list_changed(const jsonrpc::envelope& message) const {
    const auto* const list = std::ranges::find_if(lists, [&message](const changing_list& each) { return message.is_method(each.method); });
    if (list == lists.end()) return;
    for (const auto& each : all_) {
        if (each->filter.*list->wanted) push_change(*each, list->method);
    }
}

void listeners::on_lost_child() const {
    for (const auto& each : all_) {
        for (const changing_list& list : lists) {
            if (each->filter.*list.wanted) push_change(*each, list.method);
        }
    }
}

void listeners::on_updated(std::string_view subscriber, const jsonrpc::envelope& message) const {
    const auto found = std::ranges::find_if(all_, [subscriber](const auto& each) { return each->subscriber == subscriber; });
    if (found == all_.end()) return;
    std::string more;
    for (const jsonrpc::member& each : jsonrpc::members_of(message.params)) {
        if (jsonrpc::string_equals(each.key, "_meta")) continue;
        more += ',';
        more += each.key;
        more += ':';
        jsonrpc::append_raw(more, each.value, message.has_line_breaks);
    }
    const std::string text = notification(mcp::method::resource_updated, (*found)->id, more);
    (*found)->out->push_once(text, session::stream::digest_of(text));
}

void listeners::on_task(const background_task& changed) const {
    for (const auto& each : all_) {
        if (std::ranges::find(each->filter.tasks, changed.id()) == each->filter.tasks.end()) continue;
        each->out->push(notification(mcp::method::task_changed, each->id, ',' + changed.members()));
    }
}

void listeners::end_all() {
    for (const auto& each : std::exchange(all_, {})) each->end();
}

}  // namespace bridge::era
