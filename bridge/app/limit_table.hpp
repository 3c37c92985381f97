// The members of core::limits that users can set: names, units, ranges, and the texts of --help and --help-limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "bridge/core/limits.hpp"

namespace bridge::app {

/// One limit. Its number is in bytes, a count, or milliseconds; the member's type and `is_size` decide which.
struct limit {
    using member = std::variant<std::size_t core::limits::*, unsigned core::limits::*, std::chrono::milliseconds core::limits::*>;

    const char* section;  ///< its heading in --help-limits
    const char* name;     ///< as in `--limit NAME=VALUE`
    member value;
    bool is_size;  ///< the number is in bytes; users may write units such as 64KiB
    std::uint64_t least;
    std::uint64_t most;
    bool has_option;      ///< there are also --NAME and an environment variable, because operators change the limit often
    const char* purpose;  ///< effect of the limit
    const char* advice;   ///< advice on when to change it
};

/// Returns all limits. The limits of one section are adjacent.
std::span<const limit> all_limits();

/// Returns the limit of that name, or null.
const limit* find_limit(std::string_view name);

/// Returns the kind of value as the help shows it: SIZE, N or SECONDS.
std::string placeholder_of(const limit& row);

/// Returns the value in `values` as a user would write it ("80MiB", "256", "0.5").
std::string value_of(const limit& row, const core::limits& values);

/// Parses `text` into `values`. Returns the mistake and its remedy, or an empty text.
std::string read_value(const limit& row, const std::string& text, core::limits& values);

}  // namespace bridge::app
