// The opening of one child.
#pragma once

#include <memory>
#include <string>

#include "bridge/child/children.hpp"
#include "bridge/child/handshake.hpp"

namespace bridge::child {

/// Opens children, and records with all children of the command when a failure is the command's fault.
class initialiser {
public:
    /// `children` and `bounds` must outlive it.
    initialiser(core::executor executor, children& children, const core::limits& bounds)
        : executor_(executor), children_(children), bounds_(bounds) {}

    /// Opens `started`, a new child, in the era `chosen`: sends `initialize` with the params of `words`, or `server/discover`. Bounded by
    /// `limits.start_timeout`. A refusal does not end the child. If `words_are_proven`, a child has accepted them before, or they are the bridge's
    /// own: then a failure cannot be the client's fault. The initialiser and `words` must outlive the call. A child that refuses to be opened in this
    /// era may change the era of the command, or lead to a try of the other one; that refusal counts against nothing.
    [[nodiscard]] core::task<granted<opened_child>> run(std::shared_ptr<link> started, const legacy_handshake& words, bool words_are_proven,
                                                        opening_era chosen) const;

private:
    struct request;

    core::task<granted<std::string>> ask(link& started, request asked, bool words_are_proven) const;
    bool learn_from_silence(const link& source) const;

    core::executor executor_;
    children& children_;
    const core::limits& bounds_;
};

/// The message of a child that could not be initialised, for `reason`.
std::string not_initialised(const std::string& reason);

}  // namespace bridge::child
