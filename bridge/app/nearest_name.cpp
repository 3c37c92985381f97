#include "bridge/app/nearest_name.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace bridge::app {
namespace {

// No real name is longer, and computing the distance costs the product of both lengths.
constexpr std::size_t longest_name = 100;

// Returns the number of characters to change, add or remove to turn `b` into `a` (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
    // At most three characters may differ, and less than half of the name.
    std::size_t least = std::min(std::size_t{4}, (name.size() + 1) / 2);
    std::string nearest;
    if (name.size() > longest_name) return nearest;
    for (const std::string& each : candidates) {
        const std::size_t difference = distance(name, each);
        if (difference < least) nearest = each;
        least = std::min(difference, least);
    }
    return nearest;
}

std::string unknown_name(std::string_view kind, std::string_view name, std::span<const std::string> candidates, std::string_view list) {
    const std::string text = '"' + std::string(name) + "\" is not " + std::string(kind) + "; ";
    const std::string nearest = nearest_name(name, candidates);
    return nearest.empty() ? text + std::string(list) + " lists all of them" : text + "did you mean \"" + nearest + "\"?";
}

}  // namespace bridge::app
