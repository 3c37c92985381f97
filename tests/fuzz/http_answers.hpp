// Reads what the bridge has answered on one HTTP/1.1 connection, and judges its form.
#pragma once

#include <string_view>

namespace fuzzing {

/// Aborts unless `bytes` is a row of whole HTTP/1.1 replies: heads of clean lines, bodies as long as they say, JSON on one line where it is
/// said to be JSON, server-sent events with nothing but their fields. The last may break off if `is_cut`.
void check_answers(std::string_view bytes, bool is_cut);

}  // namespace fuzzing
