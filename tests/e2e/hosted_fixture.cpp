#include "tests/e2e/hosted_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace e2e {

bridge_options hosted_fixture::options_for(const hosting& wanted) const {
    bridge_options options;
    options.arguments = {"--isolation", wanted.isolation};
    // The bridge's own look does not wait for a client, because the tests wait for the look.
    const auto is_about_look = [](const std::string& each) { return each.starts_with("trial-after="); };
    if (std::ranges::none_of(wanted.arguments, is_about_look)) options.arguments.insert(options.arguments.end(), {"--limit", "trial-after=0"});
    // Started ahead, a child would be in the records before its request.
    if (wanted.isolation == "request") options.arguments.insert(options.arguments.end(), {"--warm", "0"});
    options.arguments.insert(options.arguments.end(), wanted.arguments.begin(), wanted.arguments.end());
    options.server = {fixture_binary(), "--record", folder_.path("record"), "--starts", folder_.path("starts")};
    options.server.insert(options.server.end(), wanted.flags.begin(), wanted.flags.end());
    options.environment = wanted.environment;
    return options;
}

hosted_fixture::hosted_fixture(const hosting& wanted) : headers_(wanted.headers), bridge_(options_for(wanted)), isolation_(wanted.isolation) {
    if (wanted.works) await_first_look();
    starts_before_ = starts().size();
}

void hosted_fixture::await_first_look() {
    const bool ready = eventually([this] { return connect().get("/readyz").status == 200; }, 60s);
    // The one that was started to see whether it can be is ended again; a shared one stays.
    const std::size_t staying = isolation_ == "shared" ? 1 : 0;
    if (!ready || !eventually([&] { return children_of(bridge_.pid()).size() == staying; })) {
        throw std::runtime_error("the bridge does not get ready; its log:\n" + bridge_.log());
    }
    if (staying == 1 && !receives("notifications/initialized")) throw std::runtime_error("no initialized notification");
    std::error_code ignored;
    std::filesystem::resize_file(folder_.path("record"), 0, ignored);
}

std::uint16_t hosted_fixture::metrics_port() const {
    const std::string before = "metrics are at http://127.0.0.1:";
    // It comes after the line by which the bridge is known to listen, and may come late.
    if (!bridge_.logs(before)) throw std::runtime_error("the bridge has no port for metrics");
    const std::string log = bridge_.log();
    const std::size_t at = log.find(before);
    return static_cast<std::uint16_t>(std::stoul(log.substr(at + before.size())));
}

double hosted_fixture::metric(std::string_view series) const {
    const std::string page = "\n" + http_client(metrics_port()).get("/metrics").body;
    const std::string line = "\n" + std::string(series) + " ";
    const std::size_t at = page.find(line);
    return at == std::string::npos ? -1 : std::stod(page.substr(at + line.size()));
}

mcp_session hosted_fixture::client(mcp_options options) const {
    options.headers.insert(headers_.begin(), headers_.end());
    return mcp_session(port(), std::move(options));
}

mcp_session hosted_fixture::session(mcp_options options) const {
    const long before = initialized();
    mcp_session opened = client(std::move(options)).open();
    // The notification was accepted, and is on its way to the child.
    if (isolation_ == "session" && !eventually([&] { return initialized() > before; })) {
        throw std::runtime_error("the child does not hear that the session is open");
    }
    return opened;
}

long hosted_fixture::initialized() const {
    const auto methods = received_methods();
    return std::ranges::count(methods, "notifications/initialized");
}

std::vector<std::string> hosted_fixture::received_methods() const {
    std::vector<std::string> methods;
    for (const std::string& line : received()) methods.push_back(unquoted(member(line, "method")));
    return methods;
}

bool hosted_fixture::receives(std::string_view text, milliseconds limit) const {
    return eventually([&] { return !line_with(text).empty(); }, limit);
}

std::string hosted_fixture::line_with(std::string_view text) const {
    const auto lines = received();
    const auto found = std::ranges::find_if(lines, [&](const std::string& line) { return line.find(text) != line.npos; });
    return found == lines.end() ? std::string() : *found;
}

std::vector<pid_t> hosted_fixture::starts() const {
    std::vector<pid_t> pids;
    for (const std::string& line : lines_of(folder_.path("starts"))) pids.push_back(static_cast<pid_t>(integer(line, -1)));
    return pids;
}

pid_t hosted_fixture::last_child() const {
    const auto pids = starts();
    return pids.empty() ? -1 : pids.back();
}

std::string echoed(const mcp_answer& answer) {
    return answer.at("result/structuredContent/params");
}

std::vector<std::string> received_by_child_of(mcp_session& session) {
    std::vector<std::string> lines;
    const mcp_answer answer = session.call("received", R"({"as_text":true})");
    for (const auto raw : elements(at(answer.message, "result/structuredContent/received"))) {
        lines.push_back(unquoted(raw));
    }
    return lines;
}

long error_code(std::string_view message) {
    return integer(at(message, "error/code"), 0);
}

std::string error_text(std::string_view message) {
    return unquoted(at(message, "error/message"));
}

std::string request_text(std::string_view raw_id, std::string_view method, std::string_view params) {
    return R"({"jsonrpc":"2.0","id":)" + std::string(raw_id) + R"(,"method":)" + quoted_json(method) + R"(,"params":)" + std::string(params) + "}";
}

std::string call_text(std::string_view raw_id, std::string_view tool, std::string_view arguments) {
    return request_text(raw_id, "tools/call", R"({"name":)" + quoted_json(tool) + R"(,"arguments":)" + std::string(arguments) + "}");
}

}  // namespace e2e
