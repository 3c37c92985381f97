// The replacement of parts of a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bridge::jsonrpc {

/// A part of a text, and what replaces it.
struct edit {
    std::string_view target;
    std::string_view replacement{};
};

/// Orders `edits` by the places of their targets, views into one text that do not overlap.
void sort_edits(std::vector<edit>& edits);

/// Returns `text` with `edits`, which are in order.
std::string with_edits(std::string_view text, const std::vector<edit>& edits);

}  // namespace bridge::jsonrpc
