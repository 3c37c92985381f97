#include "bridge/era/client_envelope.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "bridge/era/object_writer.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/member_names.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/mcp/revision.hpp"

namespace bridge::era {
namespace {

constexpr std::array written_by_bridge = {mcp::meta_key::protocol_version, mcp::meta_key::client_info, mcp::meta_key::client_capabilities,
                                          mcp::meta_key::log_level};

constexpr std::array<std::string_view, 3> left_out = {"task", "inputResponses", "requestState"};

bool has_name_of(const jsonrpc::member& member, auto& names) {
    return std::ranges::any_of(
        names, [&member](std::string_view name) { return jsonrpc::compare_folded(member.key, name) != jsonrpc::likeness::different; });
}

std::string fitted_extensions(std::string_view extensions, bool has_tasks) {
    object_writer out;
    for (const jsonrpc::member& each : jsonrpc::members_of(extensions)) {
        if (!each.is(mcp::tasks_extension)) out.add(each.text());
    }
    if (has_tasks) out.add(mcp::tasks_extension, "{}");
    return out.finish();
}

// A client of the modern era cannot say that its roots change, and has tasks by an extension only.
std::string modern_capabilities(std::string_view declared, bool has_tasks) {
    object_writer out;
    bool has_extensions = false;
    for (const jsonrpc::member& each : jsonrpc::members_of(declared)) {
        if (each.is("tasks")) continue;
        if (each.is("roots")) {
            out.add("roots", "{}");
        } else if (each.is("extensions")) {
            out.add("extensions", fitted_extensions(each.value, has_tasks));
            has_extensions = true;
        } else {
            out.add(each.text());
        }
    }
    if (has_tasks && !has_extensions) out.add("extensions", fitted_extensions({}, true));
    return out.finish();
}

}  // namespace

client_envelope::client_envelope(std::string_view initialize_params, bool has_tasks) {
    const std::string_view info = jsonrpc::find_member(initialize_params, "clientInfo");
    object_writer out;
    out.add(mcp::meta_key::protocol_version, '"' + std::string(mcp::modern_revision) + '"');
    if (info.starts_with('{')) out.add(mcp::meta_key::client_info, info);
    out.add(mcp::meta_key::client_capabilities, modern_capabilities(jsonrpc::find_member(initialize_params, "capabilities"), has_tasks));
    const std::string object = out.finish();
    members_ = object.substr(1, object.size() - 2);
    jsonrpc::blank_line_breaks(members_);
}

bool client_envelope::wrap(spliced_object& out, const jsonrpc::envelope& request, std::string_view log_level) const {
    const std::optional<std::vector<jsonrpc::member>> params = jsonrpc::few_members_of(request, request.params);
    const std::optional<std::vector<jsonrpc::member>> meta = jsonrpc::few_members_of(request, request.meta);
    if (!params || !meta) return false;
    out.open("_meta");
    out.add(members_);
    if (!log_level.empty()) out.add(mcp::meta_key::log_level, log_level);
    for (const jsonrpc::member& each : *meta) {
        if (has_name_of(each, written_by_bridge)) continue;
        const bool is_token = !request.meta_progress_token.empty() && each.value.data() == request.meta_progress_token.data();
        is_token ? out.add_around(each.text(), each.value) : out.add(each.text());
    }
    out.close();
    for (const jsonrpc::member& each : *params) {
        if (!each.is("_meta") && !has_name_of(each, left_out)) out.add(each.text());
    }
    return true;
}

std::string client_envelope::wrap(std::string_view others) const {
    object_writer params;
    params.add("_meta", '{' + members_ + '}');
    params.add(others);
    return params.finish();
}

}  // namespace bridge::era
