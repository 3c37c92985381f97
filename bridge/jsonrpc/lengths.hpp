// How long the parts of a message may be that stay behind when the message is gone.
#pragma once

#include <cstddef>
#include <string>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// What is too long in `message`: its id, its method, a progress token, or the request id of a cancellation, raw, of more than
/// `core::longest_id_bytes`. One sentence that says what, how long, and what is allowed; empty if nothing is. They are kept for as long as a request
/// is in flight, and are repeated in answers and in the log.
std::string too_long_part(const envelope& message);

/// The same sentence for one part.
std::string too_long(std::string_view name, std::size_t bytes, std::size_t most);

}  // namespace bridge::jsonrpc
