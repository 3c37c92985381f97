// Reads access keys.
#pragma once

#include <string>
#include <vector>

#include "bridge/http/authentication.hpp"

namespace bridge::app {

/// Where keys come from.
struct key_source {
    std::vector<std::string> given{};  ///< "NAME=KEY" or "NAME=sha256:DIGEST" each, from options
    std::string file{};                ///< with one such pair on each line; empty for none
};

/// The keys of `from`. A name may stand at several keys, but no key at several names. On a mistake `wrong` says what and where, without
/// quoting a key, or what could be one.
std::vector<http::key> read_keys(const key_source& from, std::string& wrong);

/// A warning for the log if keys can be guessed; empty if none can.
std::string weakness_of(const std::vector<http::key>& keys);

}  // namespace bridge::app
