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

/// One limit. Its number is in bytes, a count, or milliseconds, as the member's type and `is_size` say.
struct limit {
    using member = std::variant<std::size_t core::limits::*, unsigned core::limits::*, std::chrono::milliseconds core::limits::*>;

    const char* section;  ///< its heading in --help-limits
    const char* name;     ///< as in `--limit NAME=VALUE`
    member value;
    bool is_size;         ///< bytes, which take units such as 64KiB
    std::uint64_t least;
    std::uint64_t most;
    bool has_option;      ///< --NAME and its environment variable exist too, because operators change it often
    const char* purpose;  ///< what it does
    const char* advice;   ///< when to change it
};

/// All of them, those of one section together.
std::span<const limit> all_limits();

/// The limit of that name; null if there is none.
const limit* find_limit(std::string_view name);

/// The kind of value as the help shows it: SIZE, N or SECONDS.
std::string placeholder_of(const limit& of);

/// The value in `from` as a user would write it ("80MiB", "256", "0.5").
std::string value_of(const limit& of, const core::limits& from);

/// Reads `text` into `to`. Returns what is wrong and what to do, or an empty text.
std::string read_value(const limit& of, const std::string& text, core::limits& to);

}  // namespace bridge::app
