// The report that the server is ready.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/child/link.hpp"

namespace bridge::child {

struct tool_count {
    std::size_t tools = 0;
    bool is_all = true;  ///< false if the server has another page of tools
};

/// Describes the server behind `source`: its name, its version, its protocol revision, and its tools if they were counted. `result` is its raw answer
/// to `initialize`. "weather 1.2 (2025-11-25), 13 tools"
std::string describe_server(const link& source, std::string_view result, std::optional<tool_count> count);

/// Logs once that the server works, and what it is.
class server_report {
public:
    explicit server_report(core::executor loop_executor) : executor_(loop_executor) {}

    /// Logs the report if that was not done yet, from `result`, the raw answer of `source` to `initialize`. If `may_ask`, the function first asks the
    /// server for its tools, if it declares any, and waits a short time for the answer. That is allowed only after `notifications/initialized`
    /// (specification 2025-11-25, Lifecycle). All arguments and the object must outlive the call.
    [[nodiscard]] core::task<void> log_once(link& source, const std::string& result, bool may_ask);

private:
    core::executor executor_;
    bool is_logged_ = false;
};

}  // namespace bridge::child
