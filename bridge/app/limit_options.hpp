// A flag for every limit.
#pragma once

#include "bridge/core/limits.hpp"

namespace CLI {
class App;
}

namespace bridge::app {

/// Adds them to `app`; what is given goes into `to`, which must outlive the parse.
void add_limit_options(CLI::App& app, core::limits& to);

}  // namespace bridge::app
