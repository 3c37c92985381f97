// A child of the fixture's own, as servers started through a shell or a package runner have.
#pragma once

#include <sys/types.h>

namespace fixture {

struct grandchild_wishes {
    bool hold_stdout = false;  ///< keeps the fixture's stdout open
    bool ignore_term = false;
    bool own_session = false;  ///< leaves the fixture's process group
    bool daemon = false;       ///< leaves it too, and its parent, and closes every descriptor
};

/// Starts one that sleeps. It ends by itself after five minutes, should the test that wanted it fail.
pid_t start_grandchild(const grandchild_wishes& wishes);

}  // namespace fixture
