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

/// Appends `raw` to `out`, each line break in it a space if `has_line_breaks` says that it has some; with room for what closes an envelope, and
/// in slices in the same way. Both must stay until it is done.
core::task<void> copy_in_slices(core::executor where, std::string& out, std::string_view raw, bool has_line_breaks);

/// Makes each line break in `text` a space, in slices in the same way.
core::task<void> blank_in_slices(core::executor where, std::string& text);

/// `text` as `core::repair_utf8` makes it, in slices in the same way; empty if that would be longer than `most`.
core::task<std::string> repair_in_slices(core::executor where, std::string_view text, std::size_t most);

/// The place of the first character of `text` that is one of `wanted` (or with `is_inverse` none of them), or npos. In slices too.
core::task<std::size_t> find_in_slices(core::executor where, std::string_view text, std::string_view wanted, bool is_inverse = false);

}  // namespace bridge::child
