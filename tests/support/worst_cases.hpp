// Makes the inputs that cost a reader the most.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace test_support {

/// One kind of input that a client or a child can choose so that each byte of it costs as much as possible.
struct worst_case {
    const char* name;
    /// Makes a text of about `bytes` bytes, without a line break at its end.
    std::string (*make)(std::size_t bytes);
};

/// JSON-RPC messages, valid or not, one for each way to make reading them slow: keys, escapes, depth, numbers, white space.
/// Each is what a client could post and what a child could write on a line.
std::span<const worst_case> worst_messages();

/// JSON arrays of messages.
std::span<const worst_case> worst_batches();

/// Lines of a child that are no JSON, or no UTF-8.
std::span<const worst_case> worst_garbage();

/// The secret that `worst_garbage` repeats, and parts of it.
inline constexpr const char* repeated_secret = "aaaaaaaa";

}  // namespace test_support
