#include "bridge/jsonrpc/edit.hpp"

#include <algorithm>

namespace bridge::jsonrpc {

void sort_edits(std::vector<edit>& edits) {
    std::ranges::sort(edits, {}, [](const edit& each) { return each.target.data(); });
}

std::string with_edits(std::string_view text, const std::vector<edit>& edits) {
    std::string out;
    out.reserve(text.size());
    const char* from = text.data();
    for (const edit& each : edits) {
        out.append(from, each.target.data());
        out += each.replacement;
        from = each.target.data() + each.target.size();
    }
    return out.append(from, text.data() + text.size());
}

}  // namespace bridge::jsonrpc
