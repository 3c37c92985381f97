// The elements of large arrays, read in slices.
#pragma once

#include <functional>
#include <string_view>

#include "bridge/core/async.hpp"

namespace bridge::era {

/// A longer element of a list is passed on as it is: what the bridge does with an element, it does in one turn.
inline constexpr std::size_t longest_element = 128 * 1024;

/// Calls `visit` with each element of `array`, valid JSON text, in their order; with none if it is no array. Lets the loop do other work in between.
/// `array` must outlive the coroutine.
core::task<void> visit_in_slices(core::executor executor, std::string_view array, std::function<void(std::string_view element)> visit);

}  // namespace bridge::era
