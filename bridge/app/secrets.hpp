// The secrets that the bridge must not repeat.
#pragma once

#include <string>

#include "bridge/app/options.hpp"
#include "bridge/core/redactor.hpp"

namespace bridge::app {

/// Hides `secret` in its raw form, in its JSON form, and line by line.
void hide(core::redactor& redactor, const std::string& secret);

/// Returns the secrets that a child could print and the bridge must not repeat: the keys, and the values of variables that it got by name.
core::redactor secrets_of(const options& chosen);

}  // namespace bridge::app
