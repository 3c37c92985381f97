#include "bridge/session/call_run.hpp"

#include "bridge/mcp/names.hpp"
#include "bridge/session/child_assignment.hpp"

namespace bridge::session {
namespace {

core::result<std::uint64_t> ask(child::link& link, std::string_view method, std::string_view task_id, std::shared_ptr<child::call_sink> sink) {
    const std::string raw_method = '"' + std::string(method) + '"';
    const std::string params = R"({"taskId":)" + std::string(task_id) + '}';
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = raw_method;
    message.params = params;
    return link.call(message, std::move(sink));
}

}  // namespace

void call_run::run_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link) {
    assignment_ = assignment;
    lent_ = link.get();
    link_ = link;
}

boost::system::error_code call_run::follow_task(std::string_view id, std::shared_ptr<child::call_sink> sink) {
    const auto link = link_.lock();
    if (!link) return core::make_error_code(core::errc::child_exited);
    task_id_ = id;
    const auto number = ask(*link, mcp::method::tasks_result, task_id_, std::move(sink));
    if (!number) return number.error();
    number_ = *number;
    return {};
}

void call_run::cancel(std::string_view reason) const {
    const auto link = number_ == 0 ? nullptr : link_.lock();
    if (!link) return;
    link->cancel(number_, reason);
    if (!task_id_.empty()) static_cast<void>(ask(*link, mcp::method::tasks_cancel, task_id_, std::make_shared<child::silent_sink>()));
}

void call_run::release_link() {
    if (const auto assignment = assignment_.lock()) assignment->release(lent_);
}

}  // namespace bridge::session
