#include "bridge/session/shared_child.hpp"

#include <spdlog/spdlog.h>

#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/subscriptions.hpp"

namespace bridge::session {
namespace {

using jsonrpc::error_code::method_not_found;

// The longest method that ends with "/list_changed", and the longest URI that can have subscribers.
constexpr std::size_t longest_method = 1024;
constexpr std::size_t longest_uri = 64 * 1024;

// The longest params of a notification that belongs to a task: a log line, or the state of the task.
constexpr std::size_t longest_task_notice = 256 * 1024;

void pass_to_only_call(child::link& link, const jsonrpc::envelope& message) {
    if (link.calls().size() == 1) link.calls().oldest()->on_message(message);
}

}  // namespace

void shared_child_owner::pass_to_task_owner(std::string_view raw_id, const jsonrpc::envelope& message) {
    if (!raw_id.starts_with('"') || raw_id.size() > task_owners::longest_raw_id) return;
    if (message.params.size() > longest_task_notice) {
        log_dropped("about a task", message.params.size());
        return;
    }
    const task_owners::task* const task = tasks_->find(jsonrpc::decode_string(raw_id), core::clock::now());
    if (task != nullptr) clients_.tell_owner(*task, message);
}

void shared_child_owner::log_dropped(std::string_view subject, std::size_t length) {
    if (!dropped_.admits(core::clock::now())) return;
    spdlog::warn("a notification {} has {} bytes; it is dropped{}", subject, length, dropped_.text_of_skipped());
}

void shared_child_owner::on_child_notification(child::link& link, const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::task_changed)) return clients_.on_task_changed(message);
    if (message.is_method(mcp::method::task_status)) return pass_to_task_owner(message.task_id, message);
    if (!message.related_task_id.empty()) return pass_to_task_owner(message.related_task_id, message);
    if (message.is_method(mcp::method::message)) {
        if (!serves_several()) pass_to_only_call(link, message);
        return;
    }
    std::string text;
    if (message.is_method(mcp::method::resource_updated)) {
        const std::string_view uri = jsonrpc::find_member(message, message.params, "uri");
        if (!uri.starts_with('"') || uri.size() > longest_uri) return;
        jsonrpc::envelope update = message;
        const std::string only_uri = R"({"uri":)" + std::string(uri) + '}';
        if (message.params.size() > longest_whole_update) update.params = only_uri;
        jsonrpc::append_call(text, update, {}, {});
        return clients_.tell_subscribers(jsonrpc::decode_string(uri), text);
    }
    if (message.method.size() > longest_method || !jsonrpc::decode_string(message.method).ends_with("/list_changed")) return;
    // Without params, because the child may have meant their contents for one client.
    jsonrpc::envelope notice;
    notice.kind = jsonrpc::message_kind::notification;
    notice.method = message.method;
    jsonrpc::append_call(text, notice, {}, {});
    clients_.tell_all(text);
}

void shared_child_owner::on_child_request(child::link& link, const jsonrpc::envelope& message) {
    link.refuse(message.id, method_not_found, "this server is shared by several clients, of which none can be asked");
}

void fresh_child_owner::on_child_notification(child::link& link, const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::message)) pass_to_only_call(link, message);
}

void fresh_child_owner::on_child_request(child::link& link, const jsonrpc::envelope& message) {
    link.refuse(message.id, method_not_found, "this server was started for one request; its client cannot be asked");
}

}  // namespace bridge::session
