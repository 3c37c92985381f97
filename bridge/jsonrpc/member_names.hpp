// The member names that decide which client a message belongs to.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// The objects of a message that have guarded names.
enum class object_level : unsigned char {
    message,
    params,
    meta,          ///< `params._meta`
    related_task,  ///< the related-task metadata in `params._meta`
    capabilities,  ///< `params.capabilities`
    count_
};

/// A name that the bridge or a server reads, and through which a message could reach something that belongs to another client.
///
/// Go's encoding/json (mcp-go) and others match member names without regard to case. C strings end at U+0000. If a member is repeated, some
/// readers use the first one and some the last. If sender, bridge and server read different members, a client can name a call, a task or a
/// subscription that is not its own, and the bridge does not notice. So a guarded name may occur only once at the level where it means
/// something, and no other name may fold to it.
struct guarded_name {
    object_level level;
    std::string_view name;
    /// The name means something only in messages whose method begins with one of these. Without any, it means something in all messages.
    std::array<std::string_view, 3> methods{};
    /// The envelope's member for the raw value; null if the bridge looks the value up later or only guards the name.
    std::string_view envelope::*slot = nullptr;
    /// As `slot`, for values that stay in the params.
    params_part envelope::*part = nullptr;
    /// The level of the object that is the member's value, if the bridge reads that object.
    std::optional<object_level> inner{};
    /// The name may not occur at this level at all.
    bool is_forbidden = false;
};

inline constexpr std::size_t guarded_name_count = 31;

/// All guarded names, in the order of their levels.
const std::array<guarded_name, guarded_name_count>& guarded_names();

/// The result of looking a member name up in the table.
struct name_match {
    std::uint8_t index = 0;   ///< index in `guarded_names`
    bool is_guarded = false;  ///< the name is a guarded name, or folds to one
    bool is_exact = false;    ///< the name is the guarded name itself, whatever escapes it uses

    /// The level of the object that is the member's value, if it has guarded names.
    std::optional<object_level> inner() const { return is_exact ? guarded_names()[index].inner : std::nullopt; }
};

/// Looks up the raw name `raw` (quotes included, valid) of a member at `level`. A name folds to a guarded name if the two are equal after
/// simple case folding of Unicode, or if it has such a beginning, followed by U+0000. However long `raw` is, the function reads no more of
/// it than the longest guarded name can occupy.
name_match match_name(object_level level, std::string_view raw) noexcept;

/// Returns the name of a level in messages to people: "the message", "params", "params._meta" and so on.
std::string_view describe(object_level level);

/// The results of comparing two names.
enum class likeness { different, folds, same };

/// Compares the raw string `raw` (quotes included, valid) with `name`, which is ASCII, by the rule of `match_name`. With `is_prefix`,
/// compares only the beginning of `raw`.
likeness compare_folded(std::string_view raw, std::string_view name, bool is_prefix = false) noexcept;

}  // namespace bridge::jsonrpc
