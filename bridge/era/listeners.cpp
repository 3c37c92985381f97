#include "bridge/era/listeners.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/lengths.hpp"
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

// The most bytes that a notification about a task says of its result or its questions.
constexpr std::size_t longest_task_notice = 64 * 1024;

constexpr std::string_view subscription_id = R"("_meta":{"io.modelcontextprotocol/subscriptionId":)";

std::string notification(std::string_view method, std::string_view id, std::string_view more) {
    std::string out = R"({"jsonrpc":"2.0","method":")" + std::string(method) + R"(","params":{)";
    out += subscription_id;
    out += id;
    out += '}';
    out += more;
    return out += "}}";
}

request_fault invalid(std::string text) {
    return {.code = jsonrpc::error_code::invalid_params, .text = "Invalid params: " + std::move(text)};
}

// Reads no more than what shows that there are too many. Returns false if an element is no string.
bool read_strings(std::string_view list, const core::limits& bounds, std::vector<std::string>& out) {
    std::size_t bytes = 0;
    bool are_strings = true;
    jsonrpc::scanner in(list, jsonrpc::deepest_nesting);
    in.array([&] {
        std::string_view each;
        are_strings = in.peek() == '"';
        if (!are_strings || !in.value(each)) return false;
        out.push_back(jsonrpc::decode_string(each));
        bytes += out.back().size();
        return out.size() <= bounds.subscriptions_per_session && bytes <= bounds.subscription_bytes;
    });
    return are_strings;
}

bool wants(const listener& each, std::string_view task) {
    return std::ranges::find(each.filter.tasks, task) != each.filter.tasks.end();
}

void push_change(const listener& each, std::string_view method) {
    std::string text = notification(method, each.id, {});
    const std::size_t digest = session::stream::digest_of(text);
    each.out->push_once(std::move(text), digest);
}

}  // namespace

std::size_t listening_filter::longest_uris(const core::limits& bounds) {
    constexpr std::size_t escape = 6;
    constexpr std::size_t punctuation = 4;
    return escape * bounds.subscription_bytes + punctuation * (bounds.subscriptions_per_session + 1);
}

core::result<listening_filter, request_fault> listening_filter::read(const jsonrpc::envelope& message, const core::limits& bounds) {
    const std::string_view wanted = jsonrpc::find_member(message, message.params, "notifications");
    if (!wanted.starts_with('{')) return invalid("notifications is no object");
    const std::optional<std::vector<jsonrpc::member>> members = jsonrpc::few_members_of(message, wanted);
    if (!members) return invalid("notifications has more than " + std::to_string(jsonrpc::most_members) + " members");
    listening_filter out;
    for (const changing_list& each : lists) out.*each.wanted = jsonrpc::value_of(*members, each.key) == "true";
    const std::string_view uris = jsonrpc::value_of(*members, "resourceSubscriptions");
    const std::size_t longest = longest_uris(bounds);
    if (uris.size() > longest) return invalid(jsonrpc::too_long("resourceSubscriptions", uris.size(), longest));
    if (uris.starts_with('[') && !read_strings(uris, bounds, out.uris)) return invalid("resourceSubscriptions has an element that is no string");
    const std::string_view tasks = jsonrpc::value_of(*members, "taskIds");
    if (tasks.size() > longest) return invalid(jsonrpc::too_long("taskIds", tasks.size(), longest));
    if (tasks.starts_with('[') && !read_strings(tasks, bounds, out.tasks)) return invalid("taskIds has an element that is no string");
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

void listener::pay() {
    if (!charge.account()) charge = {subscribed_as.account, core::memory_use::request};
    charge.set(sizeof(listener) + core::capacity_of(id) + session::cost_of(filter.uris) + session::cost_of(filter.tasks));
}

void listener::acknowledge(const listening_filter& agreed) const {
    out->push(notification("notifications/subscriptions/acknowledged", id, R"(,"notifications":)" + agreed.text()));
}

void listener::end() const {
    std::string answer;
    jsonrpc::append_result(answer, id, R"({"resultType":"complete",)" + std::string(subscription_id) + id + "}}");
    out->push_answer(std::move(answer));
}

void listeners::remove(const listener& removed) {
    std::erase_if(all_, [&removed](const auto& each) { return each.get() == &removed; });
}

std::size_t listeners::count_tasks() const {
    std::size_t out = 0;
    for (const auto& each : all_) out += each->filter.tasks.size();
    return out;
}

void listeners::on_list_changed(const jsonrpc::envelope& message) const {
    const auto* const list = std::ranges::find_if(lists, [&message](const changing_list& each) { return message.is_method(each.method); });
    if (list == lists.end()) return;
    for (const auto& each : all_) {
        if (each->filter.*list->wanted) push_change(*each, list->method);
    }
}

void listeners::on_updated(const std::set<std::string>& subscribers, const jsonrpc::envelope& message, std::string_view uri) const {
    // The message is walked once, however many listeners there are.
    std::string members;
    for (const auto& each : all_) {
        if (!subscribers.contains(each->subscribed_as.name)) continue;
        if (members.empty()) {
            members = message.params.size() <= session::longest_whole_update ? members_of_notice(message) : R"("uri":)" + std::string(uri);
        }
        std::string text = notification(mcp::method::resource_updated, each->id, ',' + members);
        const std::size_t digest = session::stream::digest_of(text);
        each->out->push_once(std::move(text), digest);
    }
}

bool listeners::want_task(std::string_view id) const {
    return std::ranges::any_of(all_, [id](const auto& each) { return wants(*each, id); });
}

void listeners::on_task(std::string_view id, std::string_view members) const {
    for (const auto& each : all_) {
        if (wants(*each, id)) each->out->push(notification(mcp::method::task_changed, each->id, ',' + std::string(members)));
    }
}

void listeners::on_task(const background_task& changed) const {
    // Each listener gets a copy. Clients ask for larger states.
    if (changed.length() <= longest_task_notice && want_task(changed.id())) on_task(changed.id(), changed.members());
}

std::string members_of_notice(const jsonrpc::envelope& message) {
    std::string out;
    const std::optional<std::vector<jsonrpc::member>> params = jsonrpc::few_members_of(message, message.params);
    for (const jsonrpc::member& each : params.value_or(std::vector<jsonrpc::member>())) {
        if (jsonrpc::string_equals(each.key, "_meta")) continue;
        if (!out.empty()) out += ',';
        out += each.key;
        out += ':';
        jsonrpc::append_raw(out, each.value, message.has_line_breaks);
    }
    return out;
}

void listeners::end_all() {
    for (const auto& each : std::exchange(all_, {})) each->end();
}

}  // namespace bridge::era
