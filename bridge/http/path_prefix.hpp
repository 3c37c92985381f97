// The prefix of the public paths that a proxy removes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bridge::http {

/// The longest prefix, in bytes.
inline constexpr std::size_t longest_path_prefix = 256;

/// Returns `text` without a slash at its end, or nothing if it is no prefix of a path. A prefix begins with '/' and has only the characters of a path
/// (RFC 3986, section 3.3). It has no empty segment, because a browser reads "//name/" as another host.
std::optional<std::string_view> read_path_prefix(std::string_view text);

}  // namespace bridge::http
