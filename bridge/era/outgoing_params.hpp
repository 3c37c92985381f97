// The params of a modern client's request, as its child gets them.
#pragma once

#include <string>
#include <string_view>

#include "bridge/era/modern_request.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// Knows which parts of the params depend on the era of the child. That era is known only when the call is sent, and the text may have been copied by
/// then.
class outgoing_params {
public:
    /// `request` was read from `message`. `max_depth` as for `read_envelope`.
    outgoing_params(const jsonrpc::envelope& message, const modern_request& request, unsigned max_depth);

    /// True if the request continues a call of a modern child.
    bool has_child_state() const { return !child_state_.empty(); }

    /// Puts the child's own state in the place of the sealed one. Unless `keeps_tasks`, takes the extension for tasks out of the client's
    /// capabilities. `message` is the request, parsed from `text`, wherever that is now. In a large text, white space fills the place of what is
    /// missing.
    void fit_modern(jsonrpc::envelope& message, std::string& text, bool keeps_tasks) const;

private:
    struct part {
        std::size_t begin;  // in the params
        std::size_t size;

        std::string_view of(std::string_view params) const { return params.substr(begin, size); }
    };

    static part part_of(std::string_view params, std::string_view text);

    part state_{};
    std::string child_state_;  // raw; empty for none
    part capabilities_{};
    unsigned max_depth_;
};

}  // namespace bridge::era
