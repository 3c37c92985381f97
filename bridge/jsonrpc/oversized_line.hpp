// A line that is over the limit of its length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bridge::jsonrpc {

/// The kept parts of a line that was over the limit: enough to find the request that it belongs to.
struct oversized_line {
    std::size_t size = 0;        ///< length of the whole line, in bytes
    std::string head;            ///< first bytes of the line
    std::string tail;            ///< last bytes of the line, without those in `head`
    bool lacked_memory = false;  ///< the line was within the limit, but memory is short

    /// Returns the kept parts of a line that was read as a whole.
    static oversized_line of(std::string_view whole, bool lacked_memory);

    /// Adds the next part of the line.
    void add(std::string_view more);
};

/// The facts that can be found out about such a line, which was never read as a whole.
struct oversized_message {
    std::string id{};        ///< raw id; empty if it was not found
    bool is_call = false;    ///< the message has a method: it is a request or a notification, not an answer
    bool is_object = false;  ///< the line begins as a JSON object; otherwise it is no message
};

/// Looks for `id` and `method` among the members before the first large one, and for `id` among the members after the last large one: some
/// SDKs write it first, the others last.
oversized_message read_oversized(const oversized_line& line);

}  // namespace bridge::jsonrpc
