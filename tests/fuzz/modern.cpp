// Requests of the modern era and what is made of them: whatever the headers, the envelope, the state and the answers are, a child of the legacy era
// gets a valid message without the envelope, and a client gets a valid answer.
//
// Input: MCP-Protocol-Version, Mcp-Method, Mcp-Name and Mcp-Param-A, each up to the end of a line, then the text of the request.
#include <string>
#include <string_view>
#include <vector>

#include "bridge/era/client_profile.hpp"
#include "bridge/era/completed_answer.hpp"
#include "bridge/era/discover_result.hpp"
#include "bridge/era/input_request.hpp"
#include "bridge/era/listeners.hpp"
#include "bridge/era/modern_request.hpp"
#include "bridge/era/params_digest.hpp"
#include "bridge/era/tool_parameters.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using namespace bridge;
using fuzzing::require;

constexpr unsigned depth = 64;

bool is_message(const std::string& text) {
    const auto outcome = jsonrpc::read_envelope(text, depth + 8);
    return std::holds_alternative<jsonrpc::envelope>(outcome);
}

void check_legacy(const era::modern_request& request, std::string text, jsonrpc::envelope message) {
    const core::digest before = era::params_digest(message.method, jsonrpc::members_of(message.params));
    const bool has_task = !jsonrpc::find_member(message.params, "task").empty();
    request.make_legacy(text, message, depth);
    require(is_message(text), "a child gets a message");
    for (const std::string_view key : {mcp::meta_key::protocol_version, mcp::meta_key::client_capabilities, mcp::meta_key::log_level}) {
        require(jsonrpc::find_member(jsonrpc::find_member(message.params, "_meta"), key).empty(), "a child gets no envelope");
    }
    for (const std::string_view key : {"requestState", "inputResponses", "task"}) {
        require(jsonrpc::find_member(message.params, key).empty(), "a child gets no state");
    }
    const core::digest after = era::params_digest(message.method, jsonrpc::members_of(message.params));
    require(has_task || after == before, "the digest does not depend on the envelope");
}

// `object` as the result or the error of a child.
void check_answer(std::string_view object) {
    for (const bool is_cacheable : {false, true}) {
        std::string text;
        jsonrpc::append_result(text, "1", object);
        jsonrpc::envelope given;
        given.kind = jsonrpc::message_kind::result;
        given.result = object;
        era::complete_result(text, given, {.is_cacheable = is_cacheable, .server_info = R"({"name":"s"})"});
        const auto outcome = jsonrpc::read_envelope(text, depth + 8);
        const auto* const answer = std::get_if<jsonrpc::envelope>(&outcome);
        require(answer != nullptr, "a client gets an answer");
        require(jsonrpc::find_member(answer->result, "resultType") == R"("complete")", "an answer is complete");
        require(!is_cacheable || !jsonrpc::find_member(answer->result, "ttlMs").empty(), "a list says how long it is valid");
    }
    std::string text;
    jsonrpc::append_answer_head(text, jsonrpc::message_kind::error, "1");
    text += object;
    text += jsonrpc::answer_tail;
    jsonrpc::envelope given;
    given.kind = jsonrpc::message_kind::error;
    given.error = object;
    era::complete_error(text, given);
    require(is_message(text), "a client gets an error");
    const std::string found = era::discover_result(object, {}, true);
    require(found.starts_with('{'), "a client discovers something");
}

void check_profile(std::string_view capabilities) {
    const era::client_profile profile = era::client_profile::read(capabilities);
    const std::string text = R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":)" + profile.initialize_params() + '}';
    require(is_message(text), "a child is opened by a message");
    const era::client_profile again = era::client_profile::read(jsonrpc::find_member(profile.initialize_params(), "capabilities"));
    require(again.key() == profile.key(), "a profile describes itself");
}

void check_question(const jsonrpc::envelope& message) {
    const era::client_profile all = era::client_profile::read(R"({"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}},"roots":{}})");
    const auto request = era::input_request(message, all);
    if (!request) return;
    std::string text;
    jsonrpc::append_result(text, "1", *request);
    require(is_message(text) && text.find_first_of("\r\n") == std::string::npos, "a question is an object on one line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in(data, size);
    era::mirrored_headers headers;
    headers.protocol_version = in.until('\n');
    headers.method = in.until('\n');
    headers.name = in.until('\n');
    const std::vector<era::parameter_header> parameters = {{"A", in.until('\n')}};
    std::string text(in.rest());
    const auto outcome = jsonrpc::read_envelope(text, depth);
    const auto* const message = std::get_if<jsonrpc::envelope>(&outcome);
    if (message == nullptr) return 0;
    if (message->params.starts_with('{')) {
        check_answer(message->params);
        check_profile(message->params);
        era::tool_parameters tools;
        tools.add(message->params);
        static_cast<void>(tools.fault_of(R"("t")", *message, message->params, parameters));
        if (const auto wanted = era::listening_filter::read(*message, core::limits())) {
            std::string filter;
            jsonrpc::append_result(filter, "1", wanted->text());
            require(is_message(filter), "a filter is an object");
        }
    }
    if (message->kind != jsonrpc::message_kind::request) return 0;
    check_question(*message);
    static_cast<void>(era::params_digest(message->method, jsonrpc::members_of(message->params)));
    const auto request = era::modern_request::read(*message, headers);
    if (request) {
        check_legacy(*request, text, *message);
    } else {
        require(is_message(request.error().response(message->id)), "a refusal is a message");
    }
    return 0;
}
