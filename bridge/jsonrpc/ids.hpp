// Ids and progress tokens as they stand in messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bridge::jsonrpc {

/// True if the raw JSON value `raw` is an integer by its value: MCP's schema calls ids and tokens integers, and JSON Schema (2020-12, Validation,
/// 6.1.1) counts every number without a fraction as one. So `1.0` and `1e0` are integers, because some languages have no other numbers.
/// Every number with more than `core::longest_id_bytes` counts as an integer; `too_long_part` refuses it.
bool is_integer(std::string_view raw);

/// True if `raw` is a string or an integer, as an id and a progress token must be.
bool is_id(std::string_view raw);

/// Returns the number in the raw id or progress token `raw`, if a link can have minted it: a positive integer below 2^53, however it is written.
/// A string with such a number counts too if it has digits only, because some servers answer `"5"` to 5. Returns nothing otherwise.
std::optional<std::uint64_t> minted_number(std::string_view raw);

/// True if the two raw ids name one request: their bytes are equal, or they are integers of equal value.
bool are_equal_ids(std::string_view one, std::string_view other);

}  // namespace bridge::jsonrpc
