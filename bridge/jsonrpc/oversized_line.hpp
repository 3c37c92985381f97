// A line that is too long to be taken.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bridge::jsonrpc {

/// What is left of a line that was over the limit: enough to find out which request it was about.
struct oversized_line {
    std::size_t size = 0;  ///< of the whole line, in bytes
    std::string head;      ///< its first bytes
    std::string tail;      ///< its last ones, behind the head
    bool lacked_memory = false;  ///< it was within the limit, but memory is short

    /// The same of a line that was read as a whole.
    static oversized_line of(std::string_view whole, bool lacked_memory);

    /// Takes the next part of the line.
    void add(std::string_view more);
};

/// What can be said of such a line, which nobody has read as a whole.
struct oversized_message {
    std::string id{};        ///< raw; empty if it was not found
    bool is_call = false;    ///< it has a method: a request or a notification, not an answer
    bool is_object = false;  ///< it begins as a JSON object; otherwise it is no message
};

/// Looks for `id` and `method` among the members that stand in front of the first large one, and for `id` among those behind the last:
/// some SDKs write it first, the others last.
oversized_message read_oversized(const oversized_line& line);

}  // namespace bridge::jsonrpc
