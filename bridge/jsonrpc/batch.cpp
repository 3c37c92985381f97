#include "bridge/jsonrpc/batch.hpp"

#include "bridge/jsonrpc/scanner.hpp"

namespace bridge::jsonrpc {

batch read_batch(std::string_view text, unsigned max_depth, std::size_t most) {
    batch out;
    scanner in(text, max_depth);
    in.array([&] {
        out.is_cut = out.members.size() == most;
        std::string_view element;
        if (out.is_cut || !in.value(element)) return false;
        out.members.push_back({read_envelope(element, max_depth)});
        return true;
    });
    return out;
}

}  // namespace bridge::jsonrpc
