#include "bridge/era/legacy_result.hpp"

#include "bridge/era/legacy_schema.hpp"
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

// Adds `_meta` without the server's info, which a legacy client gets once, with `initialize`.
void add_meta(object_writer& out, std::string_view value) {
    object_writer rest;
    for (const object_member& each : members_of(value)) {
        if (!each.is(mcp::meta_key::server_info)) rest.add(each.text());
    }
    if (!rest.is_empty()) out.add("_meta", rest.finish());
}

std::string legacy_extensions(std::string_view extensions) {
    object_writer out;
    for (const object_member& each : members_of(extensions)) {
        if (!each.is(mcp::tasks_extension)) out.add(each.text());
    }
    return out.finish();
}

std::string legacy_capabilities(std::string_view capabilities) {
    object_writer out;
    for (const object_member& each : members_of(capabilities)) {
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

result_kind kind_of(const std::vector<object_member>& result) {
    const std::string_view raw = value_of(result, "resultType");
    if (raw.empty() || raw == "null") return result_kind::complete;
    if (!raw.starts_with('"')) return result_kind::unknown;
    if (jsonrpc::string_equals(raw, "complete")) return result_kind::complete;
    return jsonrpc::string_equals(raw, "input_required") ? result_kind::input_required : result_kind::unknown;
}

std::string legacy_result(const std::vector<object_member>& result, legacy_method method) {
    object_writer out;
    for (const object_member& each : result) {
        const bool is_hint = is_cached(method) && (each.is("ttlMs") || each.is("cacheScope"));
        if (is_hint || each.is("resultType")) continue;
        if (each.is("_meta")) {
            add_meta(out, each.value);
        } else if (method == legacy_method::lists_tools && each.is("tools")) {
            out.add("tools", legacy_tools(each.value));
        } else if (method == legacy_method::calls_tool && each.is("structuredContent")) {
            out.add("structuredContent", legacy_content(each.value));
        } else {
            out.add(each.text());
        }
    }
    return out.finish();
}

std::string initialize_result(std::string_view discovered, std::string_view revision) {
    const std::vector<object_member> members = members_of(discovered);
    const std::string_view info = value_of(members_of(value_of(members, "_meta")), mcp::meta_key::server_info);
    const std::string_view instructions = value_of(members, "instructions");
    object_writer out;
    out.add("protocolVersion", revision.empty() ? newest_revision : revision);
    out.add("capabilities", legacy_capabilities(value_of(members, "capabilities")));
    out.add("serverInfo", info.starts_with('{') ? info : unnamed_server);
    if (instructions.starts_with('"')) out.add("instructions", instructions);
    return out.finish();
}

}  // namespace bridge::era
