// The reading of large messages in slices, so that other clients do not wait.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "bridge/core/async.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::child {

/// Does what `jsonrpc::read_envelope` does, but lets the loop do other work after each slice; for texts of more than `jsonrpc::slice_bytes`. `text`
/// must outlive the outcome.
core::task<jsonrpc::read_outcome> read_in_slices(core::executor executor, std::string_view text, unsigned max_depth,
                                                 jsonrpc::version_rule rule = jsonrpc::version_rule::required);

/// Appends `raw` to `out` in slices. If `has_line_breaks` is true, a space replaces each line break. Reserves room in `out` for the end of an
/// envelope as well. `out` and `raw` must live until the coroutine ends.
core::task<void> copy_in_slices(core::executor executor, std::string& out, std::string_view raw, bool has_line_breaks);

/// Replaces each line break in `text` by a space, in slices.
core::task<void> blank_in_slices(core::executor executor, std::string& text);

/// The size of `text` once it is repaired, in bytes, counted in slices.
core::task<std::size_t> repaired_size(core::executor executor, std::string_view text);

/// Returns `text` as `core::repair_utf8` would repair it, in slices. `size` is its `repaired_size`.
core::task<std::string> repair_in_slices(core::executor executor, std::string_view text, std::size_t size);

/// Returns the position of the first character of `text` that is in `wanted` (with `is_inverse`: that is not in `wanted`), or npos. Works in slices.
core::task<std::size_t> find_in_slices(core::executor executor, std::string_view text, std::string_view wanted, bool is_inverse = false);

}  // namespace bridge::child
