#include "bridge/jsonrpc/known_members.hpp"

#include <algorithm>
#include <utility>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {
namespace {

bool is_within(const char* place, std::string_view text) {
    return text.data() <= place && place < text.data() + text.size();
}

}  // namespace

bool known_members::find(std::string_view object, std::optional<std::vector<member>>& found) const {
    const auto known = std::ranges::find_if(objects_, [object](const auto& each) { return each.raw.data() == object.data(); });
    if (known == objects_.end() || object.empty()) return false;
    found = known->has_too_many ? std::nullopt : std::optional(known->members);
    return true;
}

std::shared_ptr<const known_members> known_members::moved(const char* original, const char* copy) const {
    const auto move = [original, copy](std::string_view& part) { part = {copy + (part.data() - original), part.size()}; };
    known_members out = *this;
    for (listed_object& each : out.objects_) {
        move(each.raw);
        for (member& inner : each.members) {
            move(inner.key);
            move(inner.value);
        }
    }
    for (std::string_view& each : out.cuts_) move(each);
    return std::make_shared<const known_members>(std::move(out));
}

std::shared_ptr<const known_members> known_members::without(const envelope& message, const std::vector<std::string_view>& cuts) {
    known_members out = message.known ? *message.known : known_members();
    out.cuts_.insert(out.cuts_.end(), cuts.begin(), cuts.end());
    const auto is_cut = [&cuts](const char* place) {
        return std::ranges::any_of(cuts, [place](std::string_view cut) { return is_within(place, cut); });
    };
    for (listed_object& each : out.objects_) {
        std::erase_if(each.members, [&](const member& inner) { return is_cut(inner.key.data()); });
    }
    return std::make_shared<const known_members>(std::move(out));
}

std::size_t known_members::cost() const {
    std::size_t out = sizeof(known_members) + objects_.capacity() * sizeof(listed_object) + cuts_.capacity() * sizeof(std::string_view);
    for (const listed_object& each : objects_) out += each.members.capacity() * sizeof(member);
    return out;
}

member_listing::place member_listing::place_of(place around, unsigned depth, std::string_view key) {
    const auto is = [key](std::string_view name) { return string_equals(key, name); };
    switch (around) {
        case place::elsewhere:
            if (depth != 1) return place::elsewhere;
            if (is("params")) return place::params;
            if (is("result")) return place::result;
            return is("error") ? place::leaf : place::elsewhere;
        case place::params: return is("_meta") || is("arguments") || is("inputResponses") || is("notifications") ? place::leaf : place::elsewhere;
        case place::result:
            if (is("inputRequests")) return place::questions;
            return is("_meta") ? place::leaf : place::elsewhere;
        case place::questions: return place::question;
        case place::question: return is("params") ? place::leaf : place::elsewhere;
        case place::leaf: break;
    }
    return place::elsewhere;
}

void member_listing::on_key(unsigned depth, std::string_view key) {
    const place around = places_[depth - 1];
    if (depth > 1 && around == place::elsewhere) return;
    places_[depth] = place_of(around, depth, key);
    // An array's element inside this member has no key of its own, and an object in it is none of those that are listed.
    std::fill(places_.begin() + depth + 1, places_.end(), place::elsewhere);
    if (places_[depth] != place::elsewhere) open_[depth + 1] = {};
}

void member_listing::add(unsigned depth, std::string_view key, std::string_view raw) {
    if (places_[depth] != place::elsewhere && raw.starts_with('{')) {
        open_[depth + 1].raw = raw;
        found_.objects_.push_back(std::move(open_[depth + 1]));
    }
    if (depth == 1 || places_[depth - 1] == place::elsewhere) return;
    known_members::listed_object& around = open_[depth];
    if (around.members.size() < most_members && count_ < known_members::most_in_all) {
        around.members.push_back({key, raw});
        ++count_;
    } else {
        around.has_too_many = true;
    }
}

std::optional<std::vector<member>> few_members_of(const envelope& message, std::string_view object) {
    std::optional<std::vector<member>> found;
    return message.known && message.known->find(object, found) ? found : few_members_of(object);
}

nested_members few_members_of(const envelope& message, std::string_view object, std::string_view inner) {
    if (!message.known) return few_members_of(object, inner);
    return {few_members_of(message, object), few_members_of(message, inner)};
}

std::string_view find_member(const envelope& message, std::string_view object, std::string_view name) {
    std::optional<std::vector<member>> found;
    if (!message.known || !message.known->find(object, found)) return find_member(object, name);
    return found ? value_of(*found, name) : std::string_view();
}

}  // namespace bridge::jsonrpc
