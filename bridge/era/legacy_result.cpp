#include "bridge/era/legacy_result.hpp"

#include <functional>
#include <optional>

#include "bridge/era/legacy_schema.hpp"
#include "bridge/era/object_writer.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

// The info about a server that does not say who it is.
constexpr std::string_view unnamed_server = R"({"name":"server","version":"0"})";

constexpr std::string_view newest_revision = R"("2025-11-25")";

bool is_cached(legacy_method method) {
    switch (method) {
        case legacy_method::lists_tools:
        case legacy_method::cached:
        case legacy_method::may_ask: return true;
        default: return false;
    }
}

// Adds `meta`, the `_meta` of the result of `answer`, without the server's info, which a legacy client gets once, with `initialize`.
void add_meta(object_writer& out, const jsonrpc::envelope& answer, const jsonrpc::member& meta) {
    const std::optional<std::vector<jsonrpc::member>> members = jsonrpc::few_members_of(answer, meta.value);
    if (!members) {
        out.add(meta.text());
        return;
    }
    object_writer rest;
    rest.reserve(meta.value.size());
    for (const jsonrpc::member& each : *members) {
        if (!each.is(mcp::meta_key::server_info)) rest.add(each.text());
    }
    if (!rest.is_empty()) out.add("_meta", rest.finish());
}

std::string legacy_extensions(std::string_view extensions) {
    object_writer out;
    for (const jsonrpc::member& each : jsonrpc::members_of(extensions)) {
        if (!each.is(mcp::tasks_extension)) out.add(each.text());
    }
    return out.finish();
}

std::string legacy_capabilities(std::string_view capabilities) {
    object_writer out;
    for (const jsonrpc::member& each : jsonrpc::members_of(capabilities)) {
        if (each.is("tasks")) continue;
        if (each.is("extensions")) {
            out.add("extensions", legacy_extensions(each.value));
        } else {
            out.add(each.text());
        }
    }
    return out.finish();
}

}  // namespace

result_kind kind_of(const std::vector<jsonrpc::member>& result) {
    const std::string_view raw = jsonrpc::value_of(result, "resultType");
    if (raw.empty() || raw == "null") return result_kind::complete;
    if (!raw.starts_with('"')) return result_kind::unknown;
    if (jsonrpc::string_equals(raw, "complete")) return result_kind::complete;
    return jsonrpc::string_equals(raw, "input_required") ? result_kind::input_required : result_kind::unknown;
}

std::string legacy_result(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result, legacy_method method, std::string_view tool,
                          wrapped_tools& wrapped) {
    object_writer out;
    std::size_t bytes = 0;
    for (const jsonrpc::member& each : result) bytes += each.text().size();
    out.reserve(bytes);
    for (const jsonrpc::member& each : result) {
        const bool is_hint = is_cached(method) && (each.is("ttlMs") || each.is("cacheScope"));
        if (is_hint || each.is("resultType")) continue;
        if (each.is("_meta")) {
            add_meta(out, answer, each);
        } else if (method == legacy_method::lists_tools && each.is("tools")) {
            out.add("tools", legacy_tools(each.value, wrapped));
        } else if (method == legacy_method::calls_tool && each.is("structuredContent")) {
            out.add("structuredContent", legacy_content(each.value, wrapped.has(tool)));
        } else {
            out.add(each.text());
        }
    }
    return out.finish();
}

std::vector<std::string_view> legacy_pieces(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result, legacy_method method,
                                            std::string_view tool, const wrapped_tools& wrapped, const std::vector<std::string_view>& tools) {
    std::vector<std::string_view> out;
    const auto separate = [&out] { out.emplace_back(out.empty() ? "{" : ","); };
    for (const jsonrpc::member& each : result) {
        const bool is_hint = is_cached(method) && (each.is("ttlMs") || each.is("cacheScope"));
        if (is_hint || each.is("resultType")) continue;
        if (!tools.empty() && each.is("tools")) {
            separate();
            out.emplace_back(R"("tools":)");
            out.insert(out.end(), tools.begin(), tools.end());
            continue;
        }
        const bool is_content = method == legacy_method::calls_tool && each.is("structuredContent");
        if (is_content && (!each.value.starts_with('{') || wrapped.has(tool))) {
            separate();
            out.emplace_back(R"("structuredContent":{"result":)");
            out.push_back(each.value);
            out.emplace_back("}");
            continue;
        }
        auto meta = each.is("_meta") ? jsonrpc::few_members_of(answer, each.value) : std::nullopt;
        if (!meta) {
            separate();
            out.push_back(each.text());
            continue;
        }
        std::erase_if(*meta, [](const jsonrpc::member& inner) { return inner.is(mcp::meta_key::server_info); });
        if (meta->empty()) continue;
        separate();
        out.emplace_back(R"("_meta":)");
        for (const jsonrpc::member& inner : *meta) {
            out.emplace_back(&inner == &meta->front() ? "{" : ",");
            out.push_back(inner.text());
        }
        out.emplace_back("}");
    }
    if (out.empty()) separate();
    out.emplace_back("}");
    return out;
}

bool fit_in_place(const std::vector<std::string_view>& pieces, std::string_view text, std::size_t begin, std::size_t tail) {
    const std::less<> is_before;
    std::size_t end = begin;
    for (const std::string_view piece : pieces) {
        const bool is_part = !is_before(piece.data(), text.data()) && is_before(piece.data(), text.data() + text.size());
        if (is_part && end > static_cast<std::size_t>(piece.data() - text.data())) return false;
        end += piece.size();
    }
    return end <= text.size() - tail;
}

std::string initialize_result(std::string_view discovered, std::string_view revision) {
    const std::vector<jsonrpc::member> members = jsonrpc::members_of(discovered);
    const std::string_view info = jsonrpc::value_of(jsonrpc::members_of(jsonrpc::value_of(members, "_meta")), mcp::meta_key::server_info);
    const std::string_view instructions = jsonrpc::value_of(members, "instructions");
    object_writer out;
    out.add("protocolVersion", revision.empty() ? newest_revision : revision);
    out.add("capabilities", legacy_capabilities(jsonrpc::value_of(members, "capabilities")));
    out.add("serverInfo", info.starts_with('{') ? info : unnamed_server);
    if (instructions.starts_with('"')) out.add("instructions", instructions);
    return out.finish();
}

}  // namespace bridge::era
