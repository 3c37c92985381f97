// The ways to die.
#pragma once

#include <string>

#include "tests/support/stdio_fixture/options.hpp"

namespace fixture {

/// Ends the process as `ending` says, `exit:CODE` or `signal:N`.
[[noreturn]] void die(const std::string& ending);

/// Says the last words and dies as the options say; returns if `--crash-once` and it has died before.
void crash(const options& chosen);

}  // namespace fixture
