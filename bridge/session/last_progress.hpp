// The last step of progress of a call whose client is away.
#pragma once

#include <string>
#include <string_view>

#include "bridge/core/memory_charge.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::session {

/// Keeps one notification of progress until the client continues its call, with a progress token that may be another one. A later step replaces an
/// earlier one, because progress only grows (revision 2026-07-28, Progress).
class last_progress {
public:
    /// Keeps `message`, unless its params are longer than any server's own steps.
    void keep(const jsonrpc::envelope& message);

    /// Removes the step, and returns it as a notification with the raw `token`; empty if there is none, or if `token` is empty.
    std::string remove(std::string_view token);

    std::size_t cost() const { return core::capacity_of(params_); }

private:
    std::string params_;        // raw, with the token of the earlier request
    std::size_t token_at_ = 0;  // in `params_`
    std::size_t token_size_ = 0;
    bool has_line_breaks_ = false;
};

}  // namespace bridge::session
