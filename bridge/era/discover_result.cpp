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

std::string supported_versions() {
    return R"([")" + std::string(mcp::modern_revision) + R"("])";
}

// Returns the raw `object` with the raw `member` as its first one.
std::string with_member(std::string_view object, std::string_view member) {
    std::string out = '{' + std::string(member);
    if (!jsonrpc::members_of(object).empty()) out += ',';
    return out.append(object.substr(1));
}

// Returns `text` with `replacement` in the place of `target`, a part of it.
std::string replaced(std::string_view text, std::string_view target, std::string_view replacement) {
    const auto begin = static_cast<std::size_t>(target.data() - text.data());
    std::string out(text.substr(0, begin));
    out += replacement;
    return out.append(text.substr(begin + target.size()));
}

// Returns the raw `capabilities` with the extension for tasks, or without it, and with all other bytes as they are.
std::string fitted(std::string_view capabilities, bool has_tasks) {
    if (has_tasks == has_tasks_extension(capabilities)) return std::string(capabilities);
    const std::string_view extensions = jsonrpc::find_member(capabilities, "extensions");
    if (!has_tasks) {
        std::vector<std::string_view> cuts;
        jsonrpc::add_cuts(
            jsonrpc::members_of(extensions), [](const jsonrpc::member& each) { return each.is(mcp::tasks_extension); }, cuts);
        return jsonrpc::without_cuts(capabilities, std::move(cuts));
    }
    const std::string added = '"' + std::string(mcp::tasks_extension) + R"(":{})";
    if (!extensions.starts_with('{')) return with_tasks(capabilities);
    return replaced(capabilities, extensions, with_member(extensions, added));
}

}  // namespace

bool has_tasks_extension(std::string_view capabilities) {
    return jsonrpc::find_member(jsonrpc::find_member(capabilities, "extensions"), mcp::tasks_extension).starts_with('{');
}

std::string passed_discover_result(std::string_view discovered, std::span<const mcp::server_capability> removed, bool has_tasks) {
    std::string out = mcp::without_capabilities(discovered, removed);
    if (const std::string_view versions = jsonrpc::find_member(out, "supportedVersions"); !versions.empty()) {
        out = replaced(out, versions, supported_versions());
    }
    const std::string_view capabilities = jsonrpc::find_member(out, "capabilities");
    if (!capabilities.starts_with('{')) return out;
    const std::string shown = fitted(capabilities, has_tasks);
    return replaced(out, capabilities, shown);
}

std::string discover_result(std::string_view initialize_result, std::span<const mcp::server_capability> removed, bool has_tasks) {
    if (!initialize_result.starts_with('{')) return {};
    const std::string served = mcp::without_capabilities(initialize_result, removed);
    const std::string_view capabilities = jsonrpc::find_member(served, "capabilities");
    const std::string_view instructions = jsonrpc::find_member(served, "instructions");
    const std::string_view server_info = jsonrpc::find_member(served, "serverInfo");
    std::string out = R"({"resultType":"complete","supportedVersions":)" + supported_versions() + R"(,"capabilities":)";
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
