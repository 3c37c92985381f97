// Reads access keys.
#pragma once

#include <string>
#include <vector>

#include "bridge/http/authentication.hpp"

namespace bridge::app {

/// The keys of `given` ("NAME=KEY" each) and of the lines of `file`, if one is named. On a mistake `wrong` says what and
/// where, without quoting a key.
std::vector<http::key> read_keys(const std::vector<std::string>& given, const std::string& file, std::string& wrong);

}  // namespace bridge::app
