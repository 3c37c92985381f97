// The member names on which it depends whose a message is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// The objects of a message in which guarded names stand.
enum class object_level : unsigned char {
    message,
    params,
    meta,          ///< `params._meta`
    related_task,  ///< the related-task metadata in it
    capabilities,  ///< `params.capabilities`
    count_
};

/// A name that the bridge or a server reads, and by which a message could reach what belongs to another client.
///
/// Go's encoding/json (mcp-go) and others match member names without regard to case, C strings end at U+0000, and of repeated members
/// some readers take the first and some the last. Where sender, bridge and server read different members, a client names a call, a
/// task or a subscription that is not its own, and the bridge does not see it. So at the level where a guarded name means something, it
/// may stand once, and no other name may fold to it.
struct guarded_name {
    object_level level;
    std::string_view name;
    /// The beginnings of the methods whose messages it means something in; without any, of all messages.
    std::array<std::string_view, 3> methods{};
    /// Where an envelope keeps the raw value; null if the bridge looks it up later or only guards it.
    std::string_view envelope::*slot = nullptr;
    /// The level of the object that is its value, if that is read.
    std::optional<object_level> inner{};
    /// It may not stand there at all.
    bool is_forbidden = false;
};

inline constexpr std::size_t guarded_name_count = 24;

/// All of them, in the order of their levels.
const std::array<guarded_name, guarded_name_count>& guarded_names();

/// What a member name is to the table.
struct name_match {
    std::uint8_t index = 0;      ///< in `guarded_names`
    bool is_guarded = false;     ///< it is a guarded name, or folds to one
    bool is_exact = false;       ///< it is the name itself, whatever escapes spell it

    /// The level of the object that is the member's value, if there are guarded names in it.
    std::optional<object_level> inner() const { return is_exact ? guarded_names()[index].inner : std::nullopt; }
};

/// Looks up the raw name `raw` (quotes included, valid) of a member at `level`. A name folds to a guarded one if both are equal after
/// simple case folding of Unicode, or if it goes on behind such a beginning with U+0000. However long `raw` is, no more of it is read
/// than the longest guarded name can take.
name_match match_name(object_level level, std::string_view raw) noexcept;

/// What people call a level: "the message", "params", "params._meta" and so on.
std::string_view describe(object_level level);

/// How a name stands to another that it is compared with.
enum class likeness { different, folds, same };

/// Compares the raw string `raw` (quotes included, valid) with `name`, which is ASCII: the rule of `match_name`, for one name. With
/// `is_prefix` only its beginning counts.
likeness compare_folded(std::string_view raw, std::string_view name, bool is_prefix = false) noexcept;

}  // namespace bridge::jsonrpc
