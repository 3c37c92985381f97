// Times as JSON texts of MCP have them.
#pragma once

#include <chrono>
#include <string>

namespace bridge::era {

/// `time` in UTC with milliseconds, as ISO 8601 and RFC 3339 have it: `2026-07-28T09:05:00.250Z`.
std::string iso_time(std::chrono::system_clock::time_point time);

}  // namespace bridge::era
