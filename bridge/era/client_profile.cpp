#include "bridge/era/client_profile.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "bridge/core/digester.hpp"
#include "bridge/era/dense_json.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

// Of a key, a digest takes the place of longer ones.
constexpr std::size_t longest_in_key = 128;

// Its servers answer with tasks that the legacy era does not have (SEP-2663, compatibility).

std::string normalised_extensions(std::string_view raw) {
    std::vector<jsonrpc::member> all = jsonrpc::members_of(raw);
    std::erase_if(all, [](const jsonrpc::member& each) { return jsonrpc::string_equals(each.key, mcp::tasks_extension); });
    if (all.empty()) return {};
    std::ranges::stable_sort(all, {}, &jsonrpc::member::key);
    std::string out;
    for (const jsonrpc::member& each : all) {
        out += out.empty() ? '{' : ',';
        out += each.key;
        out += ':';
        append_dense(out, each.value);
    }
    return out += '}';
}

}  // namespace

client_profile client_profile::read(std::string_view capabilities) {
    const auto has = [](std::string_view object, std::string_view name) { return jsonrpc::find_member(object, name).starts_with('{'); };
    const std::string_view elicitation = jsonrpc::find_member(capabilities, "elicitation");
    const std::string_view sampling = jsonrpc::find_member(capabilities, "sampling");
    client_profile out;
    out.asks_by_url = has(elicitation, "url");
    // The empty object is the form of older revisions for forms.
    out.asks_by_form = elicitation.starts_with('{') && (has(elicitation, "form") || !out.asks_by_url);
    out.samples = sampling.starts_with('{');
    out.samples_with_tools = has(sampling, "tools");
    out.samples_with_context = has(sampling, "context");
    out.has_roots = has(capabilities, "roots");
    out.extensions = normalised_extensions(jsonrpc::find_member(capabilities, "extensions"));
    return out;
}

std::string client_profile::key() const {
    std::string out;
    for (const auto& [is_there, letter] : {std::pair(asks_by_form, 'f'), std::pair(asks_by_url, 'u'), std::pair(samples, 's'),
                                           std::pair(samples_with_tools, 't'), std::pair(samples_with_context, 'c'), std::pair(has_roots, 'r')}) {
        if (is_there) out += letter;
    }
    if (extensions.size() <= longest_in_key) return out + extensions;
    core::digester digester;
    digester.add(extensions);
    return out + core::hex_of(digester.finish());
}

std::string client_profile::initialize_params() const {
    std::string declared;
    const auto declare = [&declared](std::string_view name, std::string_view value) {
        if (!declared.empty()) declared += ',';
        declared += '"' + std::string(name) + "\":" + std::string(value);
    };
    const auto parts = [](bool has_first, std::string_view first, bool has_second, std::string_view second) {
        std::string out = "{";
        if (has_first) out += '"' + std::string(first) + "\":{}";
        if (has_first && has_second) out += ',';
        if (has_second) out += '"' + std::string(second) + "\":{}";
        return out + '}';
    };
    if (asks_by_form || asks_by_url) declare("elicitation", parts(asks_by_form, "form", asks_by_url, "url"));
    if (samples) declare("sampling", parts(samples_with_tools, "tools", samples_with_context, "context"));
    if (has_roots) declare("roots", "{}");
    if (!extensions.empty()) declare("extensions", extensions);
    return R"({"protocolVersion":"2025-11-25","capabilities":{)" + declared +
           R"(},"clientInfo":{"name":"mcp-bridge","version":")" MCP_BRIDGE_VERSION R"("}})";
}

}  // namespace bridge::era
