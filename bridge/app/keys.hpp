// The access keys in options and files.
#pragma once

#include <string>
#include <vector>

#include "bridge/http/authentication.hpp"

namespace bridge::app {

/// The sources of keys.
struct key_source {
    std::vector<std::string> given{};  ///< keys from options, each "NAME=KEY" or "NAME=sha256:DIGEST"
    std::string file{};                ///< file with one such pair on each line; empty for none
};

/// Reads the keys of `source`. A name may have several keys, but a key may not have several names. On a mistake `wrong` names the mistake
/// and its position, and quotes neither a key nor a text that could be one.
std::vector<http::key> read_keys(const key_source& source, std::string& wrong);

/// Returns a warning for the log if keys can be guessed; otherwise an empty text.
std::string weakness_of(const std::vector<http::key>& keys);

}  // namespace bridge::app
