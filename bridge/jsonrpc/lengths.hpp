// Length checks for the parts of a message that the bridge keeps after the message is gone.
#pragma once

#include <cstddef>
#include <string>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// Returns one sentence about a part of `message` that is too long: its id, its method, a progress token, or the request id of a
/// cancellation, with more than `core::longest_id_bytes` raw bytes. The sentence names the part, its length and the limit. It is empty if
/// no part is too long. The bridge keeps these parts while a request is in flight, and repeats them in answers and in the log.
std::string too_long_part(const envelope& message);

/// Returns this sentence for one part.
std::string too_long(std::string_view name, std::size_t bytes, std::size_t most);

}  // namespace bridge::jsonrpc
