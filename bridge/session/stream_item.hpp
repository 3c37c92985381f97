// One message of a stream.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace bridge::session {

/// A message or an answer on its way to the client.
struct stream_item {
    std::string text;
    std::uint64_t position = 0;  ///< position in the stream, from 1; a missing position stands for a lost message
    std::uint64_t asked = 0;     ///< the session's number of the server's request, if the item is one; 0 otherwise
    bool is_answer = false;
    std::optional<std::size_t> digest{};                     ///< set for a message that must not wait twice
    std::optional<std::chrono::milliseconds> retry_after{};  ///< set for an answer that only says when to retry
};

}  // namespace bridge::session
