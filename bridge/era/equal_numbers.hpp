// The exact comparison of two numbers that are written differently.
#pragma once

#include <string_view>

namespace bridge::era {

/// True if both texts are numbers as JSON writes them, and have the same value: 1, 1.0 and 10e-1 have, but not 9007199254740993 and
/// 9007199254740992, which are the same for a program that computes in doubles. A text of more than 64 KiB counts as no number: no header has room
/// for it.
bool are_equal_numbers(std::string_view a, std::string_view b);

}  // namespace bridge::era
