#include "bridge/child/server_report.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::child {
namespace {

// Of a name, a version or a revision in the log.
constexpr std::size_t longest_part = 100;

// A server that lists its tools later than this is ready all the same, and a client can be waiting.
constexpr std::chrono::seconds list_timeout{2};

// A longer list is not counted, because the count takes one turn of the loop.
constexpr std::size_t longest_list = 1024 * 1024;

// The member `name` of `object`, which the server wrote, for one line; empty if it is no string.
std::string text_of(const link& source, std::string_view object, std::string_view name) {
    const std::string_view raw = jsonrpc::find_member(object, name);
    return raw.starts_with('"') ? source.shown(jsonrpc::decode_string(raw), longest_part) : std::string();
}

std::optional<tool_count> count_in(std::string_view result) {
    const std::string_view list = jsonrpc::find_member(result, "tools");
    if (!list.starts_with('[')) return std::nullopt;
    tool_count out;
    jsonrpc::scanner in(list, jsonrpc::deepest_nesting);
    const bool is_valid = in.array([&] {
        ++out.tools;
        return in.value();
    });
    if (!is_valid) return std::nullopt;
    out.is_all = !jsonrpc::find_member(result, "nextCursor").starts_with('"');
    return out;
}

class tool_list final : public own_sink {
public:
    explicit tool_list(core::executor executor) : settled(executor) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        if (answer.kind == jsonrpc::message_kind::result && answer.result.size() <= longest_list) count = count_in(answer.result);
        settled.notify();
    }
    void on_lost(std::string_view) override { settled.notify(); }

    std::optional<tool_count> count;
    core::event settled;
};

}  // namespace

std::string describe_server(const link& source, std::string_view result, std::optional<tool_count> count) {
    const std::string_view info = jsonrpc::find_member(result, "serverInfo");
    std::string out = text_of(source, info, "name");
    if (out.empty()) out = "a server without a name";
    if (const std::string version = text_of(source, info, "version"); !version.empty()) out += " " + version;
    if (const std::string revision = text_of(source, result, "protocolVersion"); !revision.empty()) out += " (" + revision + ")";
    if (!count) return out;
    const bool is_one = count->is_all && count->tools == 1;
    return out + ", " + (count->is_all ? "" : "more than ") + std::to_string(count->tools) + (is_one ? " tool" : " tools");
}

core::task<void> server_report::log_once(link& source, const std::string& result, bool may_ask) {
    if (std::exchange(is_logged_, true)) co_return;
    const auto list = std::make_shared<tool_list>(executor_);
    const bool asks = may_ask && jsonrpc::find_member(jsonrpc::find_member(result, "capabilities"), "tools").starts_with('{');
    if (asks) {
        jsonrpc::envelope message;
        message.kind = jsonrpc::message_kind::request;
        message.method = R"("tools/list")";
        const auto number = source.call(message, list);
        const bool is_settled = !number || co_await list->settled.wait_until(core::clock::now() + list_timeout);
        if (!is_settled) source.cancel(*number, "the list of tools is not needed any more");
    }
    // A server that has ended meanwhile is not ready.
    is_logged_ = source.accepts_calls();
    if (is_logged_) spdlog::info("ready: {}", describe_server(source, result, list->count));
}

}  // namespace bridge::child
