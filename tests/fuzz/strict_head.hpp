// A second, slow reader of request heads. It knows the rules of http/head_reader by their text only.
#pragma once

#include <string_view>

namespace fuzzing {

/// True if `bytes`, what a client sends on a new connection, begin with a whole head that breaks one of the rules that keep requests
/// unambiguous: folded lines, white space before a colon, control characters, repeated fields that decide something, transfer codings
/// other than one `chunked`, lengths that are not one number. False also where the head is longer than `most` bytes.
bool must_be_refused(std::string_view bytes, std::size_t most);

}  // namespace fuzzing
