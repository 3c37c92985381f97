#include "bridge/mcp/task.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::mcp {
namespace {

using namespace std::chrono_literals;

// A longer ttl has the same effect as no ttl.
constexpr std::int64_t longest_ttl = std::chrono::milliseconds(24h * 365).count();

constexpr std::array<std::string_view, 3> terminal = {"completed", "failed", "cancelled"};

std::string_view string_or_nothing(std::string_view raw) {
    return raw.starts_with('"') ? raw : std::string_view();
}

std::optional<std::chrono::milliseconds> ttl_of(std::string_view raw) {
    std::int64_t value = 0;
    const auto [rest, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (error != std::errc{} || value < 0 || value > longest_ttl) return std::nullopt;
    return std::chrono::milliseconds(value);
}

}  // namespace

task task::read(std::string_view description) {
    const auto member = [description](std::string_view name) { return jsonrpc::find_member(description, name); };
    return {.id = string_or_nothing(member("taskId")), .status = string_or_nothing(member("status")), .ttl = ttl_of(member("ttl"))};
}

bool task::has_terminal_status() const {
    return !status.empty() && std::ranges::any_of(terminal, [this](std::string_view each) { return jsonrpc::string_equals(status, each); });
}

}  // namespace bridge::mcp
