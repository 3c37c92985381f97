// The body of a request while it is received.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "bridge/core/memory.hpp"
#include "bridge/core/memory_charge.hpp"

namespace bridge::http {

/// Holds what has arrived of a body. It allocates nothing for bytes that have not arrived, and nothing at all for a body that is not kept. A caller
/// that knows the length reserves room in `text`.
struct request_body {
    std::string text;
    bool is_kept = true;  ///< false: the bytes are discarded as they arrive
    core::memory_charge charge;

    void add(std::string_view bytes) {
        if (is_kept) text += bytes;
    }

    /// Returns the memory that the body costs once it has `size` bytes. Only written pages of a large buffer count, because the system provides the
    /// others untouched (see `core::set_up_memory`).
    std::size_t cost_of(std::size_t size) const {
        constexpr std::size_t step = 64 * 1024;
        const std::size_t capacity = core::capacity_of(text);
        return capacity <= core::mapped_bytes ? std::max(capacity, size) : (size / step + 1) * step;
    }
    void pay() { charge.set(cost_of(text.size())); }

    /// Frees what has arrived.
    void clear() {
        std::string().swap(text);
        charge.set(0);
    }
};

}  // namespace bridge::http
