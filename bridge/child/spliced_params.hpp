// The params of a request, made of parts of several texts.
#pragma once

#include <optional>

#include "bridge/core/spliced_text.hpp"

namespace bridge::child {

/// Raw params on one line. Long texts are not copied into them.
struct spliced_params {
    core::spliced_text before_token;                 ///< all of them, if there is no progress token
    std::optional<core::spliced_text> behind_token;  ///< between the two the link writes its own number
};

}  // namespace bridge::child
