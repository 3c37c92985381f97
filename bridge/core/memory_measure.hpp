// The measures that the bridge takes when its memory budget is exhausted.
#pragma once

#include <string_view>

namespace bridge::core {

/// The measures that the bridge takes when the budget is exhausted.
enum class memory_measure : unsigned char {
    head_refused,     ///< a long head got 503 and was not read to its end
    body_refused,     ///< a new large body got 503 and was not read
    body_ended,       ///< a body in progress got 503 after it had waited
    line_refused,     ///< a child's large message counted as over `--max-line-size`
    stream_cut,       ///< a stream was closed whose client had read nothing for the longest time
    message_refused,  ///< a message or an answer was not kept for a slow client
    backlog_dropped,  ///< replayable events and messages for clients that are away were dropped
    count_
};

std::string_view name_of(memory_measure measure);

}  // namespace bridge::core
