// What the fuzz targets share: taking an input apart, and saying that something must hold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bridge/core/steps.hpp"

namespace fuzzing {

/// Ends the run, which libFuzzer takes for a crash and keeps the input of, unless `holds`. `expectation`: what was expected.
inline void require(bool holds, const char* expectation) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", expectation);
    std::abort();
}

/// Counts the steps of what is read while it lives (`bridge/core/steps.hpp`). At its end each of `bytes` must have cost `most` steps at most,
/// and a constant: nobody may make a reader slow by how the bytes are chosen.
class bounded_cost {
public:
    bounded_cost(std::size_t bytes, std::size_t most) : most_(1000 + most * bytes) {}
    ~bounded_cost() { require(bridge::core::counted_steps - before_ <= most_, "n bytes cost O(n) steps"); }
    bounded_cost(const bounded_cost&) = delete;
    bounded_cost& operator=(const bounded_cost&) = delete;

private:
    std::uint64_t before_ = bridge::core::counted_steps;
    std::uint64_t most_;
};

/// Hands out an input from its front to its back; zeros and empty texts once it is used up.
class input {
public:
    input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

    bool is_empty() const { return rest_.empty(); }

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto out = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return out;
    }

    /// A number below `bound`.
    std::size_t below(std::size_t bound) { return byte() % bound; }

    std::string_view text(std::size_t size) {
        const std::string_view out = rest_.substr(0, size);
        rest_.remove_prefix(out.size());
        return out;
    }

    /// What stands before the next `separator`, which is dropped.
    std::string_view until(char separator) {
        const std::string_view out = text(std::min(rest_.find(separator), rest_.size()));
        byte();
        return out;
    }

    std::string_view rest() { return text(rest_.size()); }

private:
    std::string_view rest_;
};

/// A row of sizes from 1 to `most` that `seed` determines.
class sizes {
public:
    sizes(std::uint8_t seed, std::size_t most) : state_(seed), most_(most) {}

    std::size_t next() {
        state_ = state_ * 1664525U + 1013904223U;
        return (state_ >> 16U) % most_ + 1;
    }

private:
    std::uint32_t state_;
    std::size_t most_;
};

}  // namespace fuzzing
