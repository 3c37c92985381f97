#include "bridge/endpoints/modern_call.hpp"

#include <utility>
#include <vector>

#include "bridge/core/recycling.hpp"
#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/modern_policy.hpp"
#include "bridge/endpoints/modern_replies.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/era/child_task_calls.hpp"
#include "bridge/era/driven_task.hpp"
#include "bridge/era/modern_form.hpp"

namespace bridge::endpoints {
namespace {

using era::modern_client;
using era::modern_request;
using era::request_fault;
using jsonrpc::envelope;

// Why the headers of a call of a tool contradict its arguments; nothing if they do not.
std::optional<request_fault> parameter_fault(const modern_client& client, const envelope& message, const modern_request& said,
                                             const request_head& head) {
    std::vector<era::parameter_header> headers;
    for (const http::parameter_header& each : head.mcp_parameters) headers.push_back({.name = each.name, .value = each.value});
    return client.tools()->parameters().fault_of(said.tool, message, said.arguments, headers);
}

// A request that was read, on the heap: the coroutine that serves it must keep few variables, because Asio reuses a frame for the next request only
// if it has at most 1020 bytes.
struct received_call {
    received_call(const envelope& request, modern_request&& values) : message(request), said(std::move(values)) {}

    envelope message;
    modern_request said;
};

// Sends the call. Nothing waits before that.
core::task<void> send_call(endpoint_context& context, std::shared_ptr<modern_client> client, const request& http_request,
                           std::shared_ptr<received_call> received, reply& http_reply) {
    const envelope& message = received->message;
    const modern_request& said = received->said;
    const auto now = core::clock::now();
    const auto out = core::make_recycled<session::stream>(context.listener.executor, context.listener.bounds, 1, client->payer());
    modern_policy policy(client->who().principal);
    stream_reply answering(context, policy, out, http_reply, manner_of(context, http_request.head), now);
    const std::shared_ptr<session::exchange> call = client->begin(message, said, out, now);
    policy.carry(call);
    if (said.knows_tasks) era::learn_of_tasks(client, message, *call);
    if (!said.tool.empty() && era::needs_task(*client, said.tool)) {
        era::form_of(*call)->wish_for_task();
        era::follow_task(call);
    }
    const auto error = client->send(message, said, call, &http_request.body);
    if (error) {
        problem refused = modern(call_problem(error));
        // The text of the request may be another one by now.
        co_await send_problem(http_reply, std::move(refused), call->id());
        co_return;
    }
    // A large body need not stay in memory while its answer is made.
    http_request.drop_body();
    co_await answering.run();
}

// As `send_call`, for a call that wants more log messages than its child was told to write.
core::task<void> set_level_and_send_call(endpoint_context& context, std::shared_ptr<modern_client> client, const request& http_request,
                                         std::shared_ptr<received_call> received, reply& http_reply) {
    core::activity::token visit = client->begin_visit();
    std::function<bool()> is_wanted = presence_of(http_reply);
    co_await era::told_log_level::set(client->level(), client->assignment(), *received->said.log_level, std::move(is_wanted));
    // A client cancels its request by closing it.
    if (http_reply.state_of_connection().client_left) co_return;
    visit.end();
    co_await send_call(context, std::move(client), http_request, std::move(received), http_reply);
}

// Serves a call if its headers repeat its arguments, as far as the bridge knows the tool.
core::task<void> serve_checked_call(endpoint_context& context, std::shared_ptr<modern_client> client, const request& http_request,
                                    std::shared_ptr<received_call> received, reply& http_reply) {
    if (!received->said.tool.empty()) {
        const auto wrong = parameter_fault(*client, received->message, received->said, http_request.head);
        if (wrong) return refuse(http_reply, *wrong, received->message.id);
    }
    const std::optional<mcp::log_level> level = received->said.log_level;
    const bool is_early = level && client->level()->must_precede(*client->assignment(), *level);
    return (is_early ? set_level_and_send_call : send_call)(context, std::move(client), http_request, std::move(received), http_reply);
}

// As `serve_checked_call`, for a tool that the bridge does not know yet.
core::task<void> learn_and_serve_call(endpoint_context& context, std::shared_ptr<modern_client> client, const request& http_request,
                                      std::shared_ptr<received_call> received, reply& http_reply) {
    core::activity::token visit = client->begin_visit();
    std::function<bool()> is_wanted = presence_of(http_reply);
    co_await era::tool_list::learn(client->tools(), context.listener.executor, client->assignment(), std::move(is_wanted));
    // A client cancels its request by closing it.
    if (http_reply.state_of_connection().client_left) co_return;
    visit.end();
    co_await serve_checked_call(context, std::move(client), http_request, std::move(received), http_reply);
}

}  // namespace

core::task<void> serve_call(endpoint_context& context, std::shared_ptr<modern_client> client, const request& http_request, const envelope& message,
                            modern_request&& said, reply& http_reply) {
    auto received = core::make_recycled<received_call>(message, std::move(said));
    const std::string_view tool = received->said.tool;
    const bool is_unknown = !tool.empty() && client->tools()->lacks(tool, core::clock::now());
    return (is_unknown ? learn_and_serve_call : serve_checked_call)(context, std::move(client), http_request, std::move(received), http_reply);
}

core::task<void> serve_retry(endpoint_context& context, std::shared_ptr<modern_client> client, const request& http_request, envelope message,
                             modern_request said, reply& http_reply) {
    const std::optional<request_fault> wrong = said.tool.empty() ? std::nullopt : parameter_fault(*client, message, said, http_request.head);
    if (wrong) {
        co_await refuse(http_reply, *wrong, message.id);
        co_return;
    }
    const auto now = core::clock::now();
    const auto out = core::make_recycled<session::stream>(context.listener.executor, context.listener.bounds, 1, client->payer());
    modern_policy policy(client->who().principal);
    stream_reply answering(context, policy, out, http_reply, manner_of(context, http_request.head), now);
    const std::shared_ptr<session::exchange> continued = client->resume(message, said, out, now, &http_request.body);
    if (!continued) {
        const request_fault gone = invalid_state();
        co_await refuse(http_reply, gone, message.id);
        co_return;
    }
    policy.carry(continued);
    http_request.drop_body();
    co_await answering.run();
}

}  // namespace bridge::endpoints
