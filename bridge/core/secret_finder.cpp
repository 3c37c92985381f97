#include "bridge/core/secret_finder.hpp"

#include <algorithm>

#include "bridge/core/steps.hpp"

namespace bridge::core {

secret_finder::secret_finder(const std::vector<std::string>& strings) {
    for (const std::string& each : strings) add(each);
    link_fallbacks();
}

std::uint32_t secret_finder::child(std::uint32_t parent, char byte) const {
    count_steps();
    if (parent == 0) return first_[static_cast<unsigned char>(byte)];
    std::uint32_t at = nodes_[parent].first_child;
    while (at != 0 && nodes_[at].byte != byte) {
        count_steps();
        at = nodes_[at].sibling;
    }
    return at;
}

void secret_finder::add(std::string_view string) {
    std::uint32_t at = 0;
    for (const char byte : string) {
        std::uint32_t to = child(at, byte);
        if (to == 0) {
            to = static_cast<std::uint32_t>(nodes_.size());
            nodes_.push_back({.depth = nodes_[at].depth + 1, .sibling = nodes_[at].first_child, .byte = byte});
            nodes_[at].first_child = to;
            if (at == 0) first_[static_cast<unsigned char>(byte)] = to;
        }
        at = to;
    }
    nodes_[at].match = nodes_[at].depth;
}

// Visits the nodes in the order of their depth, because the fallback of a node is less deep than the node.
void secret_finder::link_fallbacks() {
    std::vector<std::uint32_t> queue{0};
    queue.reserve(nodes_.size());
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const std::uint32_t parent = queue[i];
        for (std::uint32_t at = nodes_[parent].first_child; at != 0; at = nodes_[at].sibling) {
            node& each = nodes_[at];
            each.fallback = parent == 0 ? 0 : next(nodes_[parent].fallback, each.byte);
            if (each.match == 0) each.match = nodes_[each.fallback].match;
            queue.push_back(at);
        }
    }
}

std::uint32_t secret_finder::next(std::uint32_t start, char byte) const {
    for (;;) {
        const std::uint32_t to = child(start, byte);
        if (to != 0 || start == 0) return to;
        start = nodes_[start].fallback;
    }
}

namespace {

// Appends `added`, which ends behind all of `ranges`, and merges it with the ranges that it overlaps.
void join(std::vector<secret_finder::range>& ranges, secret_finder::range added) {
    while (!ranges.empty() && ranges.back().end > added.begin) {
        added.begin = std::min(added.begin, ranges.back().begin);
        ranges.pop_back();
    }
    ranges.push_back(added);
}

}  // namespace

std::vector<secret_finder::range> secret_finder::find(std::string_view text, bool is_cut) const {
    std::vector<range> out;
    std::uint32_t at = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        at = next(at, text[i]);
        // The longest string that ends here covers the shorter ones.
        if (const std::size_t match = nodes_[at].match; match != 0) join(out, {i + 1 - match, i + 1});
    }
    if (const std::size_t begun = nodes_[at].depth; is_cut && begun != 0) join(out, {text.size() - begun, text.size()});
    return out;
}

}  // namespace bridge::core
