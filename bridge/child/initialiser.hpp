// The legacy handshake with one child.
#pragma once

#include <string>

#include "bridge/child/children.hpp"
#include "bridge/child/handshake.hpp"

namespace bridge::child {

/// Initialises children, and records with all children of the command when a failure is the command's fault.
class initialiser {
public:
    /// `children` and `bounds` must outlive it.
    initialiser(core::executor executor, children& children, const core::limits& bounds)
        : executor_(executor), children_(children), bounds_(bounds) {}

    /// Sends `initialize` to `link`, a new child, with the params of `words`, and returns its answer, raw. Bounded by
    /// `limits.start_timeout`. A refusal does not end the child. If `words_are_proven`, a child has accepted them before, or they are the
    /// bridge's own: then a failure cannot be the client's fault. The initialiser, `link` and `words` must outlive the call.
    [[nodiscard]] core::task<granted<std::string>> run(link& link, const legacy_handshake& words, bool words_are_proven) const;

private:
    core::executor executor_;
    children& children_;
    const core::limits& bounds_;
};

/// The message of a child that could not be initialised, for `reason`.
std::string not_initialised(const std::string& reason);

}  // namespace bridge::child
