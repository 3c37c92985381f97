// The notices that the lists of a new child can be others than those of the last one.
#pragma once

#include <string_view>

#include "bridge/child/link.hpp"

namespace bridge::child {

/// Gives `receiver` a notice of `source` for each list of whose changes its child would tell, according to the raw InitializeResult
/// `initialize_result`. A child knows nothing of the one before it, so it sends none.
void report_changed_lists(link& source, link_owner& receiver, std::string_view initialize_result);

}  // namespace bridge::child
