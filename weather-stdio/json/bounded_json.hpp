// A parser for JSON from untrusted peers, with a limit of depth.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "bridge/core/error.hpp"

namespace weather_json {

/// Parses one JSON text (RFC 8259, UTF-8). Fails with `errc::too_deep` if arrays and objects nest deeper than `max_depth`, and with
/// `errc::invalid_json` for any other mistake.
///
/// The function checks the depth before it builds a tree: nlohmann's `dump` recurses, and 200 000 nested arrays overflow its stack. (It
/// returns a pointer, because nlohmann's implicit conversions and `result` do not work together.)
bridge::core::result<std::shared_ptr<const nlohmann::json>> parse(std::string_view text, std::size_t max_depth);

/// Returns `value` as JSON text without line breaks, as stdio framing requires. Bytes that are not UTF-8 become U+FFFD.
std::string to_line(const nlohmann::json& value);

}  // namespace weather_json
