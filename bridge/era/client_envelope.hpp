// The envelope that requests of the modern era carry.
#pragma once

#include <string>
#include <string_view>

#include "bridge/era/spliced_object.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// Says in each request to a modern child what a legacy client has said once, in its `initialize`.
class client_envelope {
public:
    /// Reads the raw params of the client's `initialize`. Capabilities that only the legacy era has are left out; extensions stay. `has_tasks`: the
    /// envelope declares the extension for tasks, whatever the client has said.
    explicit client_envelope(std::string_view initialize_params, bool has_tasks = false);

    /// Adds the envelope and then the params of `request` to `out`. `log_level`, raw, may be empty. Leaves out members that only the bridge may
    /// write: those of the envelope, answers to the child's questions and its state, and `task`, which has another form in the modern era. Returns
    /// false if the params or their `_meta` have more than `jsonrpc::most_members` members.
    bool wrap(spliced_object& out, const jsonrpc::envelope& request, std::string_view log_level) const;

    /// Returns the params of a request that has no others; `others` are more members, raw.
    std::string wrap(std::string_view others = {}) const;

private:
    std::string members_;  // of `_meta`
};

}  // namespace bridge::era
