// How --help looks.
#pragma once

#include <memory>

namespace CLI {
class FormatterBase;
}

namespace bridge::app {

/// Each option on a line of its own with its environment variable, its description wrapped below.
std::shared_ptr<CLI::FormatterBase> make_help_formatter();

}  // namespace bridge::app
