// Reads a large message without holding up anybody else.
#pragma once

#include <string_view>
#include <variant>

#include "bridge/core/async.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::child {

/// As `jsonrpc::read_envelope`, but lets the loop do its other work after each slice; for texts of more than `jsonrpc::slice_bytes`. `text` must
/// outlive the outcome.
core::task<std::variant<jsonrpc::envelope, jsonrpc::read_error>> read_in_slices(core::executor where, std::string_view text, unsigned max_depth);

}  // namespace bridge::child
