// Reads a batch to its end.
#pragma once

#include <string_view>
#include <vector>

#include "bridge/jsonrpc/batch.hpp"

namespace bridge::jsonrpc {

/// The members of the batch `text`, read in slices of `bytes`.
inline std::vector<batch_member> whole_batch(std::string_view text, unsigned max_depth, std::size_t bytes = slice_bytes) {
    std::vector<batch_member> out;
    batch_reader reading(text, max_depth);
    for (;;) {
        while (!reading.advance(bytes)) continue;
        auto member = reading.remove_member();
        if (!member) return out;
        out.push_back(*std::move(member));
    }
}

}  // namespace bridge::jsonrpc
