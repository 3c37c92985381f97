// Reads a large message without holding up anybody else.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "bridge/core/async.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::child {

/// As `jsonrpc::read_envelope`, but lets the loop do its other work after each slice; for texts of more than `jsonrpc::slice_bytes`. `text` must
/// outlive the outcome.
core::task<jsonrpc::read_outcome> read_in_slices(core::executor where, std::string_view text, unsigned max_depth);

/// A copy of `raw`, each line break in it a space if `has_line_breaks` says that it has some; with room for an envelope around it, and made in
/// slices in the same way. `raw` must stay until it is made.
core::task<std::string> copy_in_slices(core::executor where, std::string_view raw, bool has_line_breaks);

}  // namespace bridge::child
