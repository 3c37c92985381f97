#include "weather-stdio/server/protocol.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "weather-stdio/json/bounded_json.hpp"
#include "weather-stdio/server/envelope.hpp"
#include "weather-stdio/server/question.hpp"

namespace stdio_server {
namespace {

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

rpc_error parse_failure(const boost::system::error_code& reason) {
    if (reason == bridge::core::errc::too_deep) return {error_code::parse_error, "Parse error: nested too deeply"};
    return {error_code::parse_error, "Parse error: not valid JSON"};
}

rpc_error invalid_params(std::string detail) {
    return {error_code::invalid_params, "Invalid params: " + std::move(detail)};
}

std::string batch_line(const std::vector<std::string>& answers) {
    std::string line = "[";
    for (const auto& answer : answers) {
        if (line.size() > 1) line += ',';
        line += answer;
    }
    return line + "]";
}

}  // namespace

protocol::protocol(server_info info, const tool_registry& tools, limits bounds) : info_(std::move(info)), tools_(tools), bounds_(bounds) {}

actions protocol::receive(std::string_view line) {
    actions out;
    if (is_blank(line)) return out;
    const auto document = weather_json::parse(line, bounds_.max_depth);
    if (!document) {
        out.lines.push_back(error_line(null_id, parse_failure(document.error())));
    } else if ((*document)->is_array()) {
        receive_batch(**document, out);
    } else {
        receive_message(**document, nullptr, out);
    }
    return out;
}

void protocol::receive_batch(const nlohmann::json& document, actions& out) {
    const auto refuse = [&](const char* reason) { out.lines.push_back(error_line(null_id, {error_code::invalid_request, reason})); };
    if (!negotiated_ || !has_batches(*negotiated_)) {
        return refuse("Invalid Request: batches belong to MCP 2025-03-26 only");
    }
    if (document.empty()) return refuse("Invalid Request: an empty batch");
    if (document.size() > bounds_.max_batch) return refuse("Invalid Request: too many messages in one batch");

    const auto group = std::make_shared<batch>();
    for (const auto& element : document) receive_message(element, group, out);
    if (group->open == 0 && !group->answers.empty()) out.lines.push_back(batch_line(group->answers));
}

void protocol::receive_message(const nlohmann::json& document, const batch_ptr& group, actions& out) {
    const auto received = read_message(document);
    switch (received.kind) {
        case message_kind::request: handle_request(received, group, out); break;
        case message_kind::notification:
            if (received.method == "notifications/cancelled") handle_cancelled(received, out);
            break;
        case message_kind::response: handle_response(document, received.id, out); break;
        case message_kind::invalid: answer(error_line(received.id, received.problem), group, out); break;
    }
}

void protocol::answer(std::string line, const batch_ptr& group, actions& out) {
    (group ? group->answers : out.lines).push_back(std::move(line));
}

void protocol::handle_request(const message& request, const batch_ptr& group, actions& out) {
    const auto refuse = [&](const rpc_error& error) { answer(error_line(request.id, error), group, out); };
    if (in_use(request.id)) {
        return refuse({error_code::invalid_request, "Invalid Request: this id is in use by a request in flight"});
    }
    const auto envelope = check_envelope(request.params);
    if (envelope.present) {
        if (group) return refuse({error_code::invalid_request, "Invalid Request: MCP 2026-07-28 has no batches"});
        if (envelope.problem) return refuse(*envelope.problem);
        return dispatch(request, modern, group, out);
    }
    if (request.method == "initialize") return initialize(request, group, out);
    // A ping is allowed before `initialize` (specification, Lifecycle).
    if (request.method == "ping") return answer(result_line(request.id, nlohmann::json::object()), group, out);
    if (!negotiated_) {
        auto error = missing_envelope_key(meta_key::protocol_version);
        error.message += "; a client of an earlier revision must send initialize first";
        return refuse(error);
    }
    dispatch(request, *negotiated_, group, out);
}

void protocol::dispatch(const message& request, revision spoken, const batch_ptr& group, actions& out) {
    if (request.method == "tools/list") return list_tools(request, spoken, group, out);
    if (request.method == "tools/call") return call_tool(request, spoken, group, out);
    if (spoken == modern && request.method == "server/discover") {
        return answer(result_line(request.id, discover_result(info_)), group, out);
    }
    if (spoken == modern && request.method == "subscriptions/listen") return listen(request, out);
    answer(error_line(request.id, {error_code::method_not_found, "Method not found: " + excerpt(request.method)}), group, out);
}

void protocol::initialize(const message& request, const batch_ptr& group, actions& out) {
    const auto refuse = [&](const rpc_error& error) { answer(error_line(request.id, error), group, out); };
    if (group) return refuse({error_code::invalid_request, "Invalid Request: initialize must not be in a batch"});
    const auto requested = string_member(request.params, "protocolVersion");
    if (!requested) return refuse(invalid_params("protocolVersion must be a string"));
    negotiated_ = find_legacy_revision(*requested).value_or(latest_legacy);
    const auto* capabilities = member(request.params, "capabilities");
    client_capabilities_ = capabilities == nullptr ? nullptr : std::make_shared<const nlohmann::json>(*capabilities);
    answer(result_line(request.id, initialize_result(info_, *negotiated_)), group, out);
}

void protocol::list_tools(const message& request, revision spoken, const batch_ptr& group, actions& out) {
    // The list has one page, so no valid cursor exists.
    if (member(request.params, "cursor") != nullptr) {
        return answer(error_line(request.id, invalid_params("cursor is not one of ours")), group, out);
    }
    answer(result_line(request.id, tools_list_result(info_, tools_, spoken)), group, out);
}

void protocol::call_tool(const message& request, revision spoken, const batch_ptr& group, actions& out) {
    const auto refuse = [&](const rpc_error& error) { answer(error_line(request.id, error), group, out); };
    const auto name = string_member(request.params, "name");
    if (!name) return refuse(invalid_params("name must be a string"));
    const auto* target = tools_.find(*name);
    if (target == nullptr) return refuse({error_code::invalid_params, "Unknown tool: " + excerpt(*name)});
    const auto* arguments = member(request.params, "arguments");
    if (arguments != nullptr && !arguments->is_object()) return refuse(invalid_params("arguments must be an object"));

    call made;
    if (const auto* token = member(member(request.params, "_meta"), "progressToken")) {
        auto text = read_id(*token);
        if (!text) return refuse(invalid_params("progressToken must be a string or an integer"));
        made.progress_token = std::move(*text);
    }
    if (calls_.size() + parked_.size() >= bounds_.max_calls) {
        return refuse(
            {error_code::busy, "Too many calls in flight: the limit is " + std::to_string(bounds_.max_calls) + "; try again when one has ended"});
    }
    made.id = request.id;
    made.spoken = spoken;
    made.group = group;
    auto given = arguments == nullptr ? nlohmann::json::object() : *arguments;
    if (!ask(request, *target, given, made, out)) start(std::move(made), *target, std::move(given), out);
}

void protocol::start(call made, const tool& target, nlohmann::json given, actions& out) {
    if (made.group) ++made.group->open;
    const auto key = next_key_++;
    calls_by_id_.emplace(made.id, key);
    calls_.emplace(key, std::move(made));
    out.started.push_back({key, &target, std::make_shared<const nlohmann::json>(std::move(given))});
}

// Asks the client for an argument that `given` lacks. Returns false if the call can start: nothing is lacking, the client cannot ask its user, or the
// request has the answer, which is added to `given`.
bool protocol::ask(const message& request, const tool& target, nlohmann::json& given, const call& made, actions& out) {
    const bool is_modern = made.spoken == modern;
    const auto* capabilities = is_modern ? member(member(request.params, "_meta"), meta_key::client_capabilities) : client_capabilities_.get();
    const auto* question = has_elicitation(made.spoken) ? open_question(target, given, capabilities) : nullptr;
    if (question == nullptr) return false;
    if (!is_modern) {
        const auto id = "\"question-" + std::to_string(++last_question_) + "\"";
        out.lines.push_back(elicitation_line(id, elicitation_params(*question)));
        parked_.emplace(id, parked_call{made, &target, std::make_shared<nlohmann::json>(given)});
        return true;
    }
    if (const auto* answered = member(member(request.params, "inputResponses"), question->argument.c_str())) {
        add_answer(given, *question, answered);
        return false;
    }
    out.lines.push_back(result_line(request.id, input_required_result(info_, question->argument, elicitation_params(*question))));
    return true;
}

void protocol::handle_response(const nlohmann::json& document, const std::string& id, actions& out) {
    auto found = parked_.extract(id);
    if (!found) return;
    auto& waiting = found.mapped();
    add_answer(*waiting.arguments, *waiting.target->question, member(&document, "result"));
    start(std::move(waiting.made), *waiting.target, std::move(*waiting.arguments), out);
}

void protocol::listen(const message& request, actions& out) {
    const auto* filter = member(request.params, "notifications");
    if (filter == nullptr || !filter->is_object()) {
        out.lines.push_back(error_line(request.id, invalid_params("notifications must be an object")));
    } else if (subscriptions_.size() >= bounds_.max_subscriptions) {
        out.lines.push_back(error_line(request.id, {error_code::busy, "Too many open subscriptions"}));
    } else {
        subscriptions_.insert(request.id);
        out.lines.push_back(subscription_acknowledged_line(request.id));
    }
}

void protocol::handle_cancelled(const message& notification, actions& out) {
    const auto* requested = member(notification.params, "requestId");
    const auto id = requested == nullptr ? std::nullopt : read_id(*requested);
    // The answer and the cancellation may have crossed, so an unknown id is no error (specification, Cancellation).
    if (!id) return;
    subscriptions_.erase(*id);
    const auto asked = std::ranges::find_if(parked_, [&](const auto& each) { return each.second.made.id == *id; });
    if (asked != parked_.end()) {
        out.lines.push_back(cancelled_line(asked->first));
        parked_.erase(asked);
    }
    const auto found = calls_by_id_.find(*id);
    if (found == calls_by_id_.end()) return;
    calls_.at(found->second).cancelled = true;
    out.cancelled.push_back(found->second);
    calls_by_id_.erase(found);
}

bool protocol::in_use(const std::string& id) const {
    const auto is_of_call = [&](const auto& each) { return each.second.made.id == id; };
    return calls_by_id_.contains(id) || subscriptions_.contains(id) || std::ranges::any_of(parked_, is_of_call);
}

std::optional<std::string> protocol::progress(call_key key, const progress_update& update) const {
    const auto found = calls_.find(key);
    if (found == calls_.end() || found->second.cancelled || found->second.progress_token.empty()) return std::nullopt;
    return progress_line(found->second.progress_token, update, found->second.spoken);
}

std::optional<std::string> protocol::finish(call_key key, const tool_result& result) {
    const auto& ended = calls_.at(key);
    return end_call(key, result_line(ended.id, tool_call_result(info_, result, ended.spoken)));
}

std::optional<std::string> protocol::fail(call_key key, const rpc_error& error) {
    return end_call(key, error_line(calls_.at(key).id, error));
}

std::optional<std::string> protocol::end_call(call_key key, std::string line) {
    const auto ended = std::move(calls_.extract(key).mapped());
    if (!ended.cancelled) calls_by_id_.erase(ended.id);
    if (!ended.group) return ended.cancelled ? std::nullopt : std::optional(std::move(line));
    if (!ended.cancelled) ended.group->answers.push_back(std::move(line));
    if (--ended.group->open > 0 || ended.group->answers.empty()) return std::nullopt;
    return batch_line(ended.group->answers);
}

std::vector<std::string> protocol::close_subscriptions() {
    std::vector<std::string> lines;
    for (const auto& id : std::exchange(subscriptions_, {})) {
        lines.push_back(result_line(id, subscription_end_result(info_, id)));
    }
    return lines;
}

}  // namespace stdio_server
