#include "bridge/endpoints/modern.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "bridge/child/sliced_reading.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/recycling.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/modern_call.hpp"
#include "bridge/endpoints/modern_policy.hpp"
#include "bridge/endpoints/modern_replies.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/endpoints/stream_reply.hpp"
#include "bridge/era/modern_clients.hpp"
#include "bridge/era/modern_form.hpp"
#include "bridge/era/modern_request.hpp"
#include "bridge/era/params_digest.hpp"
#include "bridge/era/task_requests.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/method_rules.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/mcp/revision.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;
using era::modern_client;
using era::modern_request;
using era::request_fault;
using jsonrpc::envelope;

// Why `client` may send no further request; nothing if it may.
std::optional<problem> check_requests(const modern_client& client) {
    if (!client.is_full()) return std::nullopt;
    core::meters().count_hit(core::bound::session_requests);
    return problem{statuses::too_many_requests, error_code::internal_error, "too many requests of this client are in flight", {}};
}

// Why no request of `client` can be served that needs its child; nothing if it can.
std::optional<problem> check_room(const modern_client& client) {
    if (auto refused = check_requests(client)) return refused;
    if (auto refused = client.assignment()->refusal()) return modern(problem_of(std::move(*refused)));
    return std::nullopt;
}

// Sends the result of the request `id`. A long part of it is copied once, in slices.
core::task<void> send_result(endpoint_context& context, era::task_text result, std::string id, reply& http_reply) {
    std::vector<std::string> parts(3);
    jsonrpc::append_answer_head(parts.front(), jsonrpc::message_kind::result, id);
    parts.front() += result.begin;
    parts.back() = std::move(result.end);
    parts.back() += jsonrpc::answer_tail;
    core::memory_charge charge(result.account, core::memory_use::reply);
    const std::size_t bytes = result.middle.size();
    if (bytes > core::small_message_bytes && !charge.may_grow_to(bytes)) {
        result.account->budget().report(core::memory_measure::message_refused, "the result of a task was not sent");
        std::string text =
            "the state of the task has " + std::to_string(bytes) + " bytes, for which the bridge has no memory at the moment (--max-memory)";
        problem refused{statuses::unavailable, error_code::internal_error, std::move(text), {}};
        co_await send_problem(http_reply, std::move(refused), id);
        co_return;
    }
    charge.set(bytes);
    co_await child::copy_in_slices(context.listener.executor, parts[1], result.middle, false);
    http_reply.put(statuses::ok, json_type, std::move(parts));
    // From now on the reply pays.
    charge.set(0);
    const bool is_left = http_reply.has_unsent();
    if (is_left) co_await http_reply.flush();
}

// Serves a request about a task: the child does that has made the task, or else the bridge, whose answer waits for nothing.
core::task<void> serve_task(endpoint_context& context, const request& http_request, const envelope& message, modern_request&& said,
                            reply& http_reply) {
    const auto id = era::task_named_by(message, said, http_request.head.mcp_name);
    if (!id) return refuse(http_reply, id.error(), message.id);
    if (std::shared_ptr<modern_client> maker = context.modern->find_maker(http_request.principal, said.capabilities, *id)) {
        if (auto refused = check_room(*maker)) return send_problem(http_reply, std::move(*refused), message.id);
        return serve_call(context, std::move(maker), http_request, message, std::move(said), http_reply);
    }
    std::string request_id(message.id);
    auto result = era::answer_task_request(*context.modern, http_request.principal, *id, message, said, &http_request.body);
    if (!result) return refuse(http_reply, result.error(), message.id);
    http_request.drop_body();
    return send_result(context, *std::move(result), std::move(request_id), http_reply);
}

core::task<void> serve_discover(endpoint_context& context, std::shared_ptr<modern_client> client, envelope message, reply& http_reply) {
    const core::activity::token visit = client->begin_visit();
    std::function<bool()> is_wanted = presence_of(http_reply);
    const std::string result = co_await context.modern->discover(client, std::move(is_wanted));
    const bool has_left = http_reply.state_of_connection().client_left;
    if (result.empty() && has_left) co_return;
    if (!has_left) client->record_answered_visit();
    if (result.empty()) {
        // Clients of both eras fall back to `initialize` on exactly this answer.
        const request_fault unknown = unknown_method("Method not found: open a session with initialize");
        co_await refuse(http_reply, unknown, message.id);
        co_return;
    }
    std::string body;
    jsonrpc::append_result(body, message.id, result);
    co_await http_reply.send(statuses::ok, json_type, std::move(body));
}

// Answers nothing until the client leaves, or the bridge stops.
core::task<void> serve_listen(endpoint_context& context, std::shared_ptr<modern_client> client, const request& http_request, envelope message,
                              reply& http_reply) {
    auto wanted = era::listening_filter::read(message, context.listener.bounds);
    if (!wanted) {
        co_await refuse(http_reply, wanted.error(), message.id);
        co_return;
    }
    core::activity::token visit = client->begin_visit();
    const std::shared_ptr<session::child_assignment> assignment = client->assignment();
    if (assignment->known_initialize_result().empty()) {
        std::function<bool()> is_wanted = presence_of(http_reply);
        const child::granted<std::string> learned = co_await assignment->learn_initialize_result(std::move(is_wanted));
        // A client ends its subscription by closing it.
        if (http_reply.state_of_connection().client_left) co_return;
        if (!learned) {
            problem refused = modern(problem_of(learned.error()));
            co_await send_problem(http_reply, std::move(refused), message.id);
            co_return;
        }
    }
    const auto made = std::make_shared<era::listener>();
    made->id = message.id;
    made->subscribed_as = {.name = core::random_token(), .client = client->who().id, .account = client->payer()};
    made->filter = wanted->served_by(context.modern->capabilities_of(*client));
    made->filter.tasks = context.modern->tasks().known(client->who().principal, wanted->tasks);
    std::ranges::copy(client->tasks_of_child().known(wanted->tasks), std::back_inserter(made->filter.tasks));
    made->out = core::make_recycled<session::stream>(context.listener.executor, context.listener.bounds, 1, client->payer());
    made->is_wanted = presence_of(http_reply);
    modern_policy policy(client->who().principal);
    policy.on_departure([client, made] { client->stop_listening(*made); });
    stream_reply answering(context, policy, made->out, http_reply, {.must_stream = true}, core::clock::now());
    co_await modern_client::listen(client, made);
    visit.end();
    http_request.drop_body();
    co_await answering.run();
    client->stop_listening(*made);
}

// Leaves the request `id`, which continues a call that is unknown here, to the process before this one that knows what is called `name`.
core::task<void> serve_elsewhere(reply& http_reply, std::string name, std::string_view id) {
    const auto& pass = http_reply.state_of_connection().pass_to_owner;
    if (pass) {
        const bool is_passed = co_await pass(std::move(name));
        if (is_passed) co_return;
    }
    const request_fault unknown = invalid_state();
    co_await refuse(http_reply, unknown, id);
}

// There are few: `modern_request::read` refuses requests with more.
std::vector<jsonrpc::member> params_of(const envelope& message) {
    return jsonrpc::few_members_of(message, message.params).value_or(std::vector<jsonrpc::member>());
}

// Serves the request `message`, which is none about a task.
core::task<void> serve_client(endpoint_context& context, const request& http_request, const envelope& message, modern_request&& said,
                              reply& http_reply) {
    if (!said.request_state.empty() && !said.identity) said.identity = era::params_digest(message.method, params_of(message));
    if (era::state_seal::is_sealed(said.request_state)) {
        std::optional<std::string> state = context.modern->child_state(http_request.principal, said.request_state, *said.identity);
        if (!state) return serve_elsewhere(http_reply, std::string(era::state_seal::mark), message.id);
        said.child_state = *std::move(state);
    } else if (!said.request_state.empty()) {
        std::shared_ptr<modern_client> holder = context.modern->find_parked(http_request.principal, said.request_state, *said.identity);
        if (!holder) return serve_elsewhere(http_reply, jsonrpc::decode_string(said.request_state), message.id);
        if (!holder->parked().begin_again(jsonrpc::decode_string(said.request_state), *said.identity)) {
            return serve_retry(context, std::move(holder), http_request, message, std::move(said), http_reply);
        }
        if (auto refused = check_room(*holder)) return send_problem(http_reply, std::move(*refused), message.id);
        return serve_call(context, std::move(holder), http_request, message, std::move(said), http_reply);
    }
    const bool is_listening = message.is_method(mcp::method::listen);
    // Before a client is made for the request: a client may cost an idle one its place.
    if (is_listening && (!accepted::read(http_request.head.accept).stream || !context.streams_replies)) {
        problem refused{statuses::not_acceptable, error_code::internal_error, "Not Acceptable: Accept must allow text/event-stream", {}};
        return send_problem(http_reply, std::move(refused), message.id);
    }
    child::granted<std::shared_ptr<modern_client>> client = context.modern->client_for(http_request.principal, said.capabilities);
    if (!client) return send_problem(http_reply, modern(problem_of(client.error())), message.id);
    const bool is_discovering = message.is_method(mcp::method::discover);
    // The bridge tells the facts about a server although the server cannot be called at the moment.
    if (auto refused = is_discovering ? check_requests(**client) : check_room(**client))
        return send_problem(http_reply, std::move(*refused), message.id);
    if (is_discovering) return serve_discover(context, *std::move(client), message, http_reply);
    if (is_listening) return serve_listen(context, *std::move(client), http_request, message, http_reply);
    return serve_call(context, *std::move(client), http_request, message, std::move(said), http_reply);
}

// As `serve_client`, for a request whose digest takes long. It can be needed only after the text of the request is gone.
core::task<void> serve_long_request(endpoint_context& context, const request& http_request, envelope message, modern_request said,
                                    reply& http_reply) {
    std::vector<jsonrpc::member> params = params_of(message);
    said.identity = co_await era::digest_in_slices(context.listener.executor, message.method, std::move(params));
    co_await serve_client(context, http_request, message, std::move(said), http_reply);
}

core::task<void> serve_request(endpoint_context& context, const request& http_request, const envelope& message, reply& http_reply) {
    const request_head& head = http_request.head;
    auto read = modern_request::read(message, {.protocol_version = head.protocol_version, .method = head.mcp_method, .name = head.mcp_name});
    if (!read) return refuse(http_reply, read.error(), message.id);
    const bool is_about_tasks = era::is_task_request(message.method) || message.is_method(mcp::method::listen);
    if (is_about_tasks && context.modern->offer_tasks(http_request.principal)) {
        if (era::is_task_request(message.method)) return serve_task(context, http_request, message, *std::move(read), http_reply);
        if (auto fault = era::task_listening_fault(message, *read)) return refuse(http_reply, *fault, message.id);
    }
    if (era::is_removed(message.method)) return refuse(http_reply, unknown_method("Method not found"), message.id);
    if (const char* const fault = mcp::request_method_fault(message.method)) {
        return refuse(http_reply, {.code = error_code::invalid_request, .text = std::string("Invalid Request: ") + fault}, message.id);
    }
    if (!accepted::read(head.accept).json && !context.streams_replies) return send_problem(http_reply, modern(only_json()), message.id);
    if (message.params.size() > era::request_identity::longest_params) {
        return serve_long_request(context, http_request, message, *std::move(read), http_reply);
    }
    return serve_client(context, http_request, message, *std::move(read), http_reply);
}

core::task<void> accept_message(endpoint_context&, const request&, const envelope& message, reply& http_reply) {
    if (message.kind == jsonrpc::message_kind::notification) return http_reply.send(statuses::accepted, {}, {});
    return send_problem(http_reply, {statuses::bad_request, error_code::invalid_request, "Invalid Request: no request of the server is open", {}});
}

core::task<void> refuse_text(endpoint_context&, const request&, const jsonrpc::read_error& error, reply& http_reply) {
    return send_unreadable(http_reply, error);
}

}  // namespace

const message_transport modern_http{.refuse_text = refuse_text, .serve_request = serve_request, .accept_message = accept_message};

core::task<void> refuse_legacy(endpoint_context&, const request&, const envelope& message, reply& http_reply) {
    if (message.kind != jsonrpc::message_kind::request) {
        return send_problem(http_reply, {statuses::bad_request, error_code::invalid_request, "Invalid Request: this endpoint has no sessions", {}});
    }
    return refuse(http_reply, era::unsupported_version(message), message.id);
}

}  // namespace bridge::endpoints
