#include "bridge/era/modern_request.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bridge/core/limits.hpp"
#include "bridge/era/state_seal.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/lengths.hpp"
#include "bridge/jsonrpc/other_params.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/mcp/revision.hpp"

namespace bridge::era {
namespace {

namespace meta_key = mcp::meta_key;
namespace method = mcp::method;
using jsonrpc::member;
using jsonrpc::string_equals;

constexpr std::array removed = {method::initialize, method::ping,       method::set_level,    method::subscribe,    method::unsubscribe,
                                method::tasks_get,  method::tasks_list, method::tasks_result, method::tasks_cancel, method::tasks_update};

// The members of `_meta` that belong to the envelope.
constexpr std::array envelope_keys = {meta_key::protocol_version, meta_key::client_info, meta_key::client_capabilities, meta_key::log_level};

// The members of the params by which a client answers a server's questions, and by which it asks for a task as revision 2025-11-25 has it.
constexpr std::array consumed_keys = {std::string_view("inputResponses"), std::string_view("requestState"), std::string_view("task")};

// An object with `most_members` members has no less: `"":0,` for each.
constexpr std::size_t fewest_bytes = 5 * jsonrpc::most_members;

// Longer texts of a client are not repeated to it.
constexpr std::size_t longest_repeated = 256;

template <std::size_t Size>
bool is_one_of(std::string_view raw, const std::array<std::string_view, Size>& names) {
    return std::ranges::any_of(names, [raw](std::string_view name) { return string_equals(raw, name); });
}

request_fault invalid_envelope(std::string text) {
    return {.code = jsonrpc::error_code::invalid_params, .text = "Invalid params: " + std::move(text)};
}

request_fault mismatch(std::string text) {
    return {.code = mcp::error_code::header_mismatch, .text = "Header mismatch: " + std::move(text)};
}

// The fault of a request for the revision `requested`, a raw string.
request_fault unsupported(std::string_view requested) {
    std::string data = R"({"supported":[")" + std::string(mcp::modern_revision) + R"("],"requested":)";
    data += requested.size() > longest_repeated ? std::string_view(R"("")") : requested;
    data += '}';
    return {.code = mcp::error_code::unsupported_version, .text = "Unsupported protocol version", .data = std::move(data)};
}

// Returns the fault of the header `name`, whose value is `given`, in a request in which `wanted` (raw) stands; nothing if they are equal.
std::optional<request_fault> header_fault(std::string_view name, const std::optional<std::string_view>& given, std::string_view wanted) {
    if (!given) return mismatch(std::string(name) + " is missing");
    if (is_plain_header(*given) && string_equals(wanted, *given)) return std::nullopt;
    const std::optional<std::string> decoded = decode_header(*given);
    if (!decoded) return mismatch(std::string(name) + " is not valid Base64");
    if (!string_equals(wanted, *decoded)) return mismatch(std::string(name) + " differs from the body");
    return std::nullopt;
}

std::optional<request_fault> version_fault(std::string_view raw, const mirrored_headers& headers) {
    if (raw.empty()) return invalid_envelope("_meta has no " + std::string(meta_key::protocol_version));
    if (!raw.starts_with('"')) return invalid_envelope(std::string(meta_key::protocol_version) + " is not a string");
    const bool is_header_there = !headers.protocol_version.empty();
    if (is_header_there && !string_equals(raw, headers.protocol_version)) return mismatch("MCP-Protocol-Version differs from the body");
    if (!string_equals(raw, mcp::modern_revision)) return unsupported(raw);
    if (!is_header_there) return mismatch("MCP-Protocol-Version is missing");
    return std::nullopt;
}

// The value in the params that Mcp-Name repeats; empty if the request has none.
std::string_view mirrored_name(const jsonrpc::envelope& message) {
    if (message.is_method(method::tools_call) || message.is_method(method::prompts_get)) return message.name.in(message.params);
    return message.is_method(method::resources_read) ? message.uri.in(message.params) : std::string_view();
}

std::optional<request_fault> mirror_fault(const jsonrpc::envelope& message, const mirrored_headers& headers) {
    if (auto wrong = header_fault(mcp::header::method, headers.method, message.method)) return wrong;
    const std::string_view value = mirrored_name(message);
    // The server says what is wrong with a request without a name.
    if (!value.starts_with('"')) return std::nullopt;
    return header_fault(mcp::header::name, headers.name, value);
}

// The functions that read a state do that in one turn of the loop.
std::optional<request_fault> state_fault(std::string_view raw) {
    if (raw.empty()) return std::nullopt;
    if (!raw.starts_with('"')) return invalid_envelope("requestState is not a string");
    const std::size_t longest = state_seal::longest_sealed();
    if (raw.size() <= longest) return std::nullopt;
    return request_fault{.code = jsonrpc::error_code::invalid_params,
                         .text = "Invalid params: " + jsonrpc::too_long("requestState", raw.size(), longest),
                         .is_in_envelope = false};
}

std::optional<request_fault> size_fault(const jsonrpc::envelope& message) {
    if (message.params.size() < fewest_bytes) return std::nullopt;
    const auto [params, meta] = jsonrpc::few_members_of(message, message.params, message.meta);
    if (params && meta) return std::nullopt;
    return invalid_envelope((params ? "_meta has" : "there are") + (" more than " + std::to_string(jsonrpc::most_members)) + " members");
}

}  // namespace

std::optional<request_fault> name_fault(const std::optional<std::string_view>& header, std::string_view raw) {
    return header_fault(mcp::header::name, header, raw);
}

request_fault unsupported_version(const jsonrpc::envelope& message) {
    const std::string_view requested = jsonrpc::find_member(message, message.params, "protocolVersion");
    return unsupported(requested.starts_with('"') ? requested : R"("")");
}

bool is_removed(std::string_view method) {
    return is_one_of(method, removed);
}

core::result<modern_request, request_fault> modern_request::read(const jsonrpc::envelope& message, const mirrored_headers& headers) {
    if (auto wrong = version_fault(message.meta_revision, headers)) return std::move(*wrong);
    if (auto wrong = size_fault(message)) return std::move(*wrong);
    if (auto wrong = mirror_fault(message, headers)) return std::move(*wrong);
    modern_request out;
    out.capabilities = message.client_capabilities.in(message.params);
    if (out.capabilities.empty()) return invalid_envelope("_meta has no " + std::string(meta_key::client_capabilities));
    if (!out.capabilities.starts_with('{')) return invalid_envelope(std::string(meta_key::client_capabilities) + " is no object");
    if (out.capabilities.size() > core::longest_initialize_bytes) {
        return invalid_envelope(jsonrpc::too_long(meta_key::client_capabilities, out.capabilities.size(), core::longest_initialize_bytes));
    }
    out.knows_tasks =
        out.capabilities != "{}" && jsonrpc::find_member(jsonrpc::find_member(out.capabilities, "extensions"), mcp::tasks_extension).starts_with('{');
    if (const std::string_view level = message.log_level.in(message.params); !level.empty()) {
        out.log_level = mcp::read_log_level(level);
        if (!out.log_level) return invalid_envelope(std::string(meta_key::log_level) + " is no severity");
    }
    if (message.is_method(method::tools_call)) {
        out.tool = message.name.in(message.params);
        out.arguments = message.arguments.in(message.params);
    }
    out.request_state = message.request_state.in(message.params);
    out.input_responses = message.input_responses.in(message.params);
    if (!out.input_responses.empty() && !jsonrpc::few_members_of(message, out.input_responses)) {
        return invalid_envelope("inputResponses has more than " + std::to_string(jsonrpc::most_members) + " members");
    }
    if (auto wrong = state_fault(out.request_state)) return std::move(*wrong);
    return out;
}

void make_legacy(std::string& text, jsonrpc::envelope& message, unsigned max_depth) {
    const auto [params, meta] = jsonrpc::few_members_of(message, message.params, message.meta);
    // `modern_request::read` refuses requests with more.
    if (!params || !meta) return;
    const auto is_of_envelope = [](const member& each) { return is_one_of(each.key, envelope_keys); };
    const bool has_other_meta = !std::ranges::all_of(*meta, is_of_envelope);
    const auto is_cut = [&](const member& each) {
        return is_one_of(each.key, consumed_keys) || (!has_other_meta && each.value.data() == message.meta.data());
    };
    std::vector<std::string_view> cuts;
    jsonrpc::add_cuts(*params, is_cut, cuts);
    if (has_other_meta) jsonrpc::add_cuts(*meta, is_of_envelope, cuts);
    jsonrpc::remove_params(text, message, std::move(cuts), max_depth);
    message.meta_revision = {};
    message.task = {};
}

}  // namespace bridge::era
