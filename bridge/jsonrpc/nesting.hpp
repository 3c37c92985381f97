// The arrays and objects around a position in a JSON text.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace bridge::jsonrpc {

/// The deepest nesting that a scanner can allow.
inline constexpr unsigned deepest_nesting = 1024;

/// The open arrays and objects, without recursion and without an allocation: one bit for each.
class nesting {
public:
    /// `max_depth` is at most `deepest_nesting`.
    explicit nesting(unsigned max_depth) noexcept : max_depth_(std::min(max_depth, deepest_nesting)) {}

    unsigned depth() const noexcept { return depth_; }
    bool is_full() const noexcept { return depth_ == max_depth_; }

    /// True if the innermost open value is an object. There must be one.
    bool in_object() const noexcept { return (kinds_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1) != 0; }

    void enter(bool object) noexcept {
        const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
        if (object) {
            kinds_[depth_ / 64] |= bit;
        } else {
            kinds_[depth_ / 64] &= ~bit;
        }
        ++depth_;
    }
    void leave() noexcept { --depth_; }

private:
    unsigned max_depth_;
    unsigned depth_ = 0;
    std::array<std::uint64_t, deepest_nesting / 64> kinds_{};  // a bit for each open level: 1 for an object
};

}  // namespace bridge::jsonrpc
