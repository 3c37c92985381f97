// The members of those objects of a large message that the bridge looks into.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/long_scan.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::jsonrpc {

/// A large message is read in slices. This list is made in the same walk, so that nobody has to walk the message again in one turn. It has the
/// objects `params`, with `_meta`, `arguments`, `inputResponses` and `notifications` in it; `error`; and `result`, with `_meta` and `inputRequests`
/// in it, the objects in the latter, and their `params`.
class known_members {
public:
    /// The members of all these objects together. Those of a request are five. An object in which the walk meets a further one counts as one with too
    /// many.
    static constexpr std::size_t most_in_all = 6 * most_members;

    /// Returns true if `object` is one of them. `found` are then its members, or nothing if it has too many.
    bool find(std::string_view object, std::optional<std::vector<member>>& found) const;

    /// The list for a copy of the text. The byte at `original` has its copy at `copy`.
    std::shared_ptr<const known_members> moved(const char* original, const char* copy) const;

    /// The list of `message` without the members that begin within one of `cuts`, views into its params that do not overlap.
    static std::shared_ptr<const known_members> without(const envelope& message, const std::vector<std::string_view>& cuts);

    /// The parts of the params that were cut out: the text still has them, and the receiver of the message must not get them.
    const std::vector<std::string_view>& cuts() const { return cuts_; }

    /// The memory for the list, in bytes.
    std::size_t cost() const;

private:
    friend class member_listing;

    struct listed_object {
        std::string_view raw;
        std::vector<member> members;
        bool has_too_many = false;
    };

    std::vector<listed_object> objects_;
    std::vector<std::string_view> cuts_;
};

/// Makes the list of one message, while a walk reports the members of the message to it.
class member_listing {
public:
    /// Call it when the key of a member has been read, in an object `depth` levels down. Members of the message are at depth 1.
    void on_key(unsigned depth, std::string_view key);

    /// Call it when the value at `depth` has ended, whose key, `key`, was the last one read at that depth.
    void add(unsigned depth, std::string_view key, std::string_view raw);

    /// Returns the list. Nothing can be added afterwards.
    std::shared_ptr<const known_members> finish() { return std::make_shared<const known_members>(std::move(found_)); }

private:
    static constexpr unsigned deepest = long_scan::deepest_reported;

    // The place of the value of the last key at a depth. At the deepest one it is always elsewhere.
    enum class place : unsigned char { elsewhere, params, result, questions, question, leaf };

    static place place_of(place around, unsigned depth, std::string_view key);

    known_members found_;
    std::size_t count_ = 0;
    std::array<place, deepest + 1> places_{};
    std::array<known_members::listed_object, deepest + 1> open_{};  // by the depth of the members
};

/// As `few_members_of(object)`, for an object in `message`, which the function does not walk if the message is large.
std::optional<std::vector<member>> few_members_of(const envelope& message, std::string_view object);

/// As `few_members_of(object, inner)`, for objects in `message`, which the function does not walk if the message is large.
nested_members few_members_of(const envelope& message, std::string_view object, std::string_view inner);

/// As `find_member(object, name)`, for an object in `message`, which the function does not walk if the message is large. In an object with too many
/// members the function finds none.
std::string_view find_member(const envelope& message, std::string_view object, std::string_view name);

}  // namespace bridge::jsonrpc
