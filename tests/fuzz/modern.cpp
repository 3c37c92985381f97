// Requests of the modern era and what is made of them: whatever the headers, the envelope, the state and the answers are, a child of the legacy era
// gets a valid message without the envelope, a child of the modern era gets its own state and the answers of its client, and a client gets a valid
// answer.
//
// Input: MCP-Protocol-Version, Mcp-Method, Mcp-Name and Mcp-Param-A, each up to the end of a line, then the text of the request.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/sealing_key.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/era/client_envelope.hpp"
#include "bridge/era/client_profile.hpp"
#include "bridge/era/completed_answer.hpp"
#include "bridge/era/discover_result.hpp"
#include "bridge/era/input_request.hpp"
#include "bridge/era/input_round.hpp"
#include "bridge/era/listeners.hpp"
#include "bridge/era/modern_request.hpp"
#include "bridge/era/outgoing_params.hpp"
#include "bridge/era/params_digest.hpp"
#include "bridge/era/spliced_object.hpp"
#include "bridge/era/state_seal.hpp"
#include "bridge/era/task_rounds.hpp"
#include "bridge/era/tool_parameters.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/members.hpp"
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

struct parsed {
    explicit parsed(std::string given, bool is_on_one_line = false) : text(std::move(given)) {
        if (is_on_one_line) jsonrpc::blank_line_breaks(text);
        outcome = jsonrpc::read_envelope(text, depth + 8);
        require(std::holds_alternative<jsonrpc::envelope>(outcome), "it is a message");
    }
    jsonrpc::envelope& message() { return std::get<jsonrpc::envelope>(outcome); }

    std::string text;
    jsonrpc::read_outcome outcome;
};

// A large message is changed where it is: `known_members::cuts` names what the child does not get.
void check_legacy(const std::string& text) {
    for (const bool is_large : {false, true}) {
        parsed sent(text + std::string(is_large ? jsonrpc::slice_bytes : 0, ' '));
        jsonrpc::envelope& message = sent.message();
        const core::digest before = era::params_digest(message.method, jsonrpc::members_of(message.params));
        const bool has_task = !jsonrpc::find_member(message.params, "task").empty();
        era::make_legacy(sent.text, message, depth + 8);
        const std::string params = message.known ? jsonrpc::without_cuts(message.params, message.known->cuts()) : std::string(message.params);
        require(is_message(R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + params + '}'), "a child gets a message");
        for (const std::string_view key : {mcp::meta_key::protocol_version, mcp::meta_key::client_capabilities, mcp::meta_key::log_level}) {
            require(jsonrpc::find_member(jsonrpc::find_member(params, "_meta"), key).empty(), "a child gets no envelope");
        }
        for (const std::string_view key : {"requestState", "inputResponses", "task"}) {
            require(jsonrpc::find_member(params, key).empty(), "a child gets no state");
        }
        const core::digest after = era::params_digest(message.method, jsonrpc::members_of(params));
        require(has_task || after == before, "the digest does not depend on the envelope");
    }
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

// A text, on one line if it shall be, and the message in it.
core::digest digest_of(const jsonrpc::envelope& message) {
    return era::params_digest(message.method, jsonrpc::members_of(message.params));
}

bool declares_tasks(const jsonrpc::envelope& message) {
    const std::string_view capabilities = jsonrpc::find_member(message.meta, mcp::meta_key::client_capabilities);
    return !jsonrpc::find_member(jsonrpc::find_member(capabilities, "extensions"), mcp::tasks_extension).empty();
}

// `sealed` is the request `original`, with its raw `state` sealed and perhaps on several lines.
void check_outgoing(parsed& original, const std::string& sealed, const era::mirrored_headers& headers, const std::string& state) {
    const std::string_view answers = jsonrpc::find_member(original.message().params, "inputResponses");
    for (const bool is_large : {false, true}) {
        for (const bool keeps_tasks : {false, true}) {
            // A large message is edited where it is.
            parsed sent(sealed + std::string(is_large ? jsonrpc::slice_bytes : 0, ' '));
            auto request = era::modern_request::read(sent.message(), headers);
            require(request.has_value(), "a sealed state changes nothing else");
            request->child_state = state;
            const era::outgoing_params outgoing(sent.message(), *request, depth + 8);
            outgoing.fit_modern(sent.message(), sent.text, keeps_tasks);
            parsed got(sent.text, true);
            require(got.message().params.size() == sent.message().params.size(), "the message is the one in the text");
            require(jsonrpc::find_member(got.message().params, "requestState") == state, "a child gets its own state");
            require(jsonrpc::find_member(got.message().params, "inputResponses") == answers, "a child gets the answers of its client");
            require(digest_of(got.message()) == digest_of(original.message()), "a child gets the same request");
            require(keeps_tasks || !declares_tasks(got.message()), "a child without tasks gets no word of them");
            if (keeps_tasks && !is_large) require(got.message().params == original.message().params, "nothing else changes");
        }
    }
    parsed sent(sealed);
    era::make_legacy(sent.text, sent.message(), depth + 8);
    require(jsonrpc::find_member(sent.message().params, "requestState").empty(), "a child of the legacy era gets no state");
}

// A state that a child has given, as the client gets it and shows it again.
void check_state(const std::string& text, const era::modern_request& request, const jsonrpc::envelope& message,
                 const era::mirrored_headers& headers) {
    const auto now = era::state_seal::clock::time_point(std::chrono::seconds(1'800'000'000));
    era::state_seal seal(core::sealing_key::from("a key of the fuzz target, of more than 32 characters"), {"server"});
    const core::digest digest = digest_of(message);
    const era::state_seal::bond use{.principal = "alice", .request = digest};
    const std::string state(request.request_state);
    require(!seal.open(state, use, now), "no input is a sealed state");
    const std::string sealed = seal.seal(state, use, now);
    require(era::state_seal::is_sealed(sealed), "a sealed state is told apart");
    require(seal.open(sealed, use, now + era::state_seal::lifetime) == state, "a state comes back as it was");
    require(!seal.open(sealed, use, now + era::state_seal::lifetime + std::chrono::seconds(1)), "a state ends");
    require(!seal.open(sealed, {.principal = "bob", .request = digest}, now), "a state belongs to a principal");
    const core::digest other = core::digest_of(text);
    require(!seal.open(sealed, {.principal = "alice", .request = other}, now), "a state belongs to a request");
    std::string changed = sealed;
    char& hit = changed[1 + text.size() * 31 % (changed.size() - 2)];
    hit = hit == 'A' ? 'B' : 'A';
    require(!seal.open(changed, use, now), "nobody changes a state");

    const auto begin = static_cast<std::size_t>(request.request_state.data() - text.data());
    parsed original(text, true);
    check_outgoing(original, std::string(text).replace(begin, state.size(), sealed), headers, state);
}

// `result` is the raw result of a child, which may ask its client. The message that continues the call of `first` is one message, with the child's
// own state.
void check_rounds(const jsonrpc::envelope& first, std::string_view result) {
    const core::shared_text response(std::string("{ \"action\":\"accept\"}"));
    jsonrpc::envelope answer;
    answer.kind = jsonrpc::message_kind::result;
    answer.result = result;
    answer.has_line_breaks = true;
    const std::vector<jsonrpc::member> members = jsonrpc::members_of(result);
    const auto check = [&](const child::spliced_params& params, std::size_t questions) {
        const std::string all = params.before_token.joined() + (params.behind_token ? '0' + params.behind_token->joined() : std::string());
        parsed next(R"({"jsonrpc":"2.0","id":1,"method":)" + std::string(first.method) + R"(,"params":)" + all + '}');
        require(next.text.find_first_of("\r\n") == std::string::npos, "a call is continued on one line");
        require(jsonrpc::members_of(jsonrpc::find_member(next.message().params, "inputResponses")).size() == questions, "all answers are sent");
        const std::string_view state = jsonrpc::find_member(next.message().params, "requestState");
        const std::string_view given = jsonrpc::value_of(members, "requestState");
        require(state.size() == given.size() && (given.find_first_of("\r\n") != std::string::npos || state == given), "the state comes back");
    };

    era::task_rounds task(first, nullptr);
    if (task.begin(answer, members).empty()) {
        const std::size_t count = task.questions().size();
        for (std::uint64_t i = 0; i < count; ++i) task.questions()[i].number = i + 1;
        for (std::uint64_t i = 1; i <= count; ++i) require(task.answer(i, response) == (i == count), "a round ends with its last answer");
        check(task.next_params(), count);
    }

    era::input_round round;
    if (!round.begin(answer, members).empty()) return;
    for (era::round_question& each : round.requests()) each.response = response;
    era::spliced_object params;
    round.add_members(params);
    if (!era::client_envelope(first.params).wrap(params, first, {})) return;
    const std::size_t count = round.requests().size();
    check(params.finish(), count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool is_set_up = core::set_up_secrets();
    require(is_set_up, "the system has randomness");
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
    if (message->params.starts_with('{')) check_rounds(*message, message->params);
    static_cast<void>(era::params_digest(message->method, jsonrpc::members_of(message->params)));
    const auto request = era::modern_request::read(*message, headers);
    if (request) {
        if (!request->request_state.empty()) check_state(text, *request, *message, headers);
        check_legacy(text);
    } else {
        require(is_message(request.error().response(message->id)), "a refusal is a message");
    }
    return 0;
}
