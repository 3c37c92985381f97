#include "bridge/era/input_request.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

using jsonrpc::member;
using jsonrpc::string_equals;

// Members of the params that only the legacy era has.
constexpr std::array legacy_keys = {std::string_view("_meta"), std::string_view("task"), std::string_view("elicitationId")};

question_fault unsupported(std::string text, std::string missing = {}) {
    return {.text = "the client does not support " + std::move(text), .missing = std::move(missing)};
}

std::optional<question_fault> fault_of(const jsonrpc::envelope& message, const std::vector<member>& params, const client_profile& client) {
    if (message.is_method(mcp::method::elicitation)) {
        const std::string_view mode = jsonrpc::value_of(params, "mode");
        const bool is_url = mode.starts_with('"') && string_equals(mode, "url");
        if (is_url && !client.asks_by_url) return unsupported("elicitation by URL", R"({"elicitation":{"url":{}}})");
        if (!is_url && !client.asks_by_form) return unsupported("elicitation", R"({"elicitation":{"form":{}}})");
    } else if (message.is_method(mcp::method::sampling)) {
        if (!client.samples) return unsupported("sampling", R"({"sampling":{}})");
        const bool needs_tools = !jsonrpc::value_of(params, "tools").empty() || !jsonrpc::value_of(params, "toolChoice").empty();
        if (needs_tools && !client.samples_with_tools) return unsupported("sampling with tools", R"({"sampling":{"tools":{}}})");
    } else if (message.is_method(mcp::method::roots)) {
        if (!client.has_roots) return unsupported("roots", R"({"roots":{}})");
    } else {
        return unsupported("this request");
    }
    return std::nullopt;
}

}  // namespace

core::result<std::string, question_fault> input_request(const jsonrpc::envelope& message, const client_profile& client) {
    const std::optional<std::vector<member>> all = jsonrpc::few_members_of(message, message.params);
    if (!all) return question_fault{.text = "the question has more than " + std::to_string(jsonrpc::most_members) + " members"};
    const std::vector<member>& params = *all;
    if (auto wrong = fault_of(message, params, client)) return std::move(*wrong);
    std::string out = R"({"method":)";
    out.reserve(out.size() + message.method.size() + message.params.size() + 64);
    out += message.method;
    const auto is_legacy = [](const member& each) {
        return std::ranges::any_of(legacy_keys, [&each](std::string_view name) { return string_equals(each.key, name); });
    };
    // The params of a question about roots are optional, but the Go SDK 1.8 fails without them.
    if (message.is_method(mcp::method::roots)) {
        out += R"(,"params":{})";
    } else {
        // A client that does not declare that it can include contexts must not be asked for more than none.
        const bool cannot_include = message.is_method(mcp::method::sampling) && !client.samples_with_context;
        out += R"(,"params":{)";
        bool is_first = true;
        for (const member& each : params) {
            if (is_legacy(each)) continue;
            if (!is_first) out += ',';
            is_first = false;
            out += each.key;
            out += ':';
            const bool is_context = cannot_include && string_equals(each.key, "includeContext");
            jsonrpc::append_raw(out, is_context ? std::string_view(R"("none")") : each.value, message.has_line_breaks);
        }
        out += '}';
    }
    out += '}';
    return {boost::system::in_place_value, std::move(out)};
}

std::string_view unanswered(std::string_view method) {
    return string_equals(method, mcp::method::elicitation) ? R"({"action":"cancel"})" : std::string_view();
}

}  // namespace bridge::era
