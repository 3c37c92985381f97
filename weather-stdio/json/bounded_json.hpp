// JSON from strangers, read without trusting its depth.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "bridge/core/error.hpp"

namespace weather_json {

/// Parses one JSON text (RFC 8259, UTF-8). Fails with `errc::too_deep` if arrays and objects nest deeper than
/// `max_depth`, with `errc::invalid_json` for anything else that is wrong.
///
/// The depth is checked before a tree is built: nlohmann's `dump` recurses, and 200 000 nested arrays
/// overflow its stack. (A pointer, because nlohmann's implicit conversions and `result` do not go together.)
bridge::core::result<std::shared_ptr<const nlohmann::json>> parse(std::string_view text,
                                                                  std::size_t max_depth);

/// `value` as JSON text without line breaks, as stdio framing demands. Bytes that are not UTF-8 become
/// U+FFFD.
std::string to_line(const nlohmann::json& value);

}  // namespace weather_json
