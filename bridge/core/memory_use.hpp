// The purposes for which the bridge keeps bytes that clients and children send.
#pragma once

#include <string_view>

namespace bridge::core {

/// The purposes of charged buffers.
enum class memory_use : unsigned char {
    connection,  ///< heads of requests, and the buffer that a connection keeps for its next reply
    request_body,
    child_line,   ///< a message of a child that is being received or parsed
    child_input,  ///< messages that wait for a child to read them
    stream,       ///< messages and answers that wait for a client to read them
    replay,       ///< events kept for replay to clients that lose their connection
    handshake,    ///< the texts of `initialize` requests and answers
    reply,        ///< bytes that a slow client has not read yet
    request,      ///< ids and tokens of requests in flight, of clients and of children
    freed,        ///< large blocks that nobody needs any more and the system does not have back yet
    count_
};

std::string_view name_of(memory_use use);

}  // namespace bridge::core
