#include "bridge/era/discover_result.hpp"

#include "bridge/era/object_writer.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/mcp/revision.hpp"

namespace bridge::era {
namespace {

std::string with_tasks_extension(std::string_view extensions) {
    object_writer out;
    for (const jsonrpc::member& each : jsonrpc::members_of(extensions)) {
        if (!each.is(mcp::tasks_extension)) out.add(each.text());
    }
    out.add(mcp::tasks_extension, "{}");
    return out.finish();
}

// Returns the raw `capabilities` with the extension for tasks.
std::string with_tasks(std::string_view capabilities) {
    object_writer out;
    for (const jsonrpc::member& each : jsonrpc::members_of(capabilities)) {
        if (!each.is("extensions")) out.add(each.text());
    }
    out.add("extensions", with_tasks_extension(jsonrpc::find_member(capabilities, "extensions")));
    return out.finish();
}

}  // namespace

std::string discover_result(std::string_view initialize_result, std::span<const mcp::server_capability> removed, bool has_tasks) {
    if (!initialize_result.starts_with('{')) return {};
    const std::string served = mcp::without_capabilities(initialize_result, removed);
    const std::string_view capabilities = jsonrpc::find_member(served, "capabilities");
    const std::string_view instructions = jsonrpc::find_member(served, "instructions");
    const std::string_view server_info = jsonrpc::find_member(served, "serverInfo");
    std::string out = R"({"resultType":"complete","supportedVersions":[")" + std::string(mcp::modern_revision) + R"("],"capabilities":)";
    const std::string extended = has_tasks ? with_tasks(capabilities) : std::string();
    jsonrpc::append_raw(out, has_tasks ? extended : capabilities.starts_with('{') ? capabilities : "{}", true);
    if (instructions.starts_with('"')) {
        out += R"(,"instructions":)";
        out += instructions;
    }
    out += R"(,"ttlMs":0,"cacheScope":"private")";
    if (server_info.starts_with('{')) {
        out += R"(,"_meta":{)";
        jsonrpc::append_string(out, mcp::meta_key::server_info);
        out += ':';
        jsonrpc::append_raw(out, server_info, true);
        out += '}';
    }
    return out += '}';
}

}  // namespace bridge::era
