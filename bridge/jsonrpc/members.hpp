// The members of a JSON object, and the removal of some of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::jsonrpc {

/// A member of an object. Both views are raw text inside the object.
struct member {
    std::string_view key;  ///< with its quotes
    std::string_view value;

    const char* end() const { return value.data() + value.size(); }

    /// The text from the key to the end of the value.
    std::string_view text() const { return {key.data(), static_cast<std::size_t>(end() - key.data())}; }

    /// True if the key spells `name`, whatever escapes it uses.
    bool is(std::string_view name) const;
};

/// Returns the members of `object`, valid JSON text, in their order; none if `object` is no object.
std::vector<member> members_of(std::string_view object);

/// More members than any message of MCP has in one of its own objects. An object of the same length can have millions, whose list would take several
/// times the memory of the object.
inline constexpr std::size_t most_members = 1024;

/// As `members_of`, but returns nothing if there are more than `most_members`.
std::optional<std::vector<member>> few_members_of(std::string_view object);

/// The members of an object and those of one object in it.
struct nested_members {
    std::optional<std::vector<member>> outer;
    std::optional<std::vector<member>> inner;
};

/// Returns `few_members_of(object)` and `few_members_of(inner)` after one walk. `inner` is the value of a member of `object`, or empty.
nested_members few_members_of(std::string_view object, std::string_view inner);

/// The value of the last member `name`; empty if there is none.
std::string_view value_of(const std::vector<member>& all, std::string_view name);

/// Adds to `cuts` the parts to cut out of an object in order to remove those of its members for which `is_removed`. A part has the comma that belongs
/// to its member.
template <class IsRemoved>
void add_cuts(const std::vector<member>& all, IsRemoved is_removed, std::vector<std::string_view>& cuts) {
    const char* kept_end = nullptr;  // where the text before this member may end; null before the first member that stays
    for (std::size_t i = 0; i < all.size(); ++i) {
        const char* end = all[i].end();
        if (!is_removed(all[i])) {
            kept_end = end;
            continue;
        }
        const char* const begin = kept_end != nullptr ? kept_end : all[i].key.data();
        if (kept_end == nullptr && i + 1 < all.size()) end = all[i + 1].key.data();
        cuts.emplace_back(begin, static_cast<std::size_t>(end - begin));
        if (kept_end != nullptr) kept_end = end;
    }
}

/// Returns `text` without the parts `cuts`, views into it that do not overlap.
std::string without_cuts(std::string_view text, std::vector<std::string_view> cuts);

}  // namespace bridge::jsonrpc
