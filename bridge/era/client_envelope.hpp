// The envelope that requests of the modern era carry.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// Params with the envelope, and the position of the client's progress token in them.
struct enveloped_params {
    std::string text;
    std::size_t token_begin = 0;
    std::size_t token_size = 0;  ///< 0: the client asked for no progress
    std::string name{};          ///< the raw member `name`; empty if there is none, or a very long one

    std::string_view token() const { return std::string_view(text).substr(token_begin, token_size); }
};

/// Says in each request to a modern child what a legacy client has said once, in its `initialize`.
class client_envelope {
public:
    /// Reads the raw params of the client's `initialize`. Capabilities that only the legacy era has are left out; extensions stay. `has_tasks`: the
    /// envelope declares the extension for tasks, whatever the client has said.
    explicit client_envelope(std::string_view initialize_params, bool has_tasks = false);

    /// Returns the params of `request` with the envelope in front. `log_level`, raw, may be empty. Leaves out members that only the bridge may write:
    /// those of the envelope, answers to the child's questions and its state, and `task`, which has another form in the modern era. Returns nothing
    /// if the params or their `_meta` have more than `jsonrpc::most_members` members. `others` are more members, raw, which come first.
    std::optional<enveloped_params> wrap(const jsonrpc::envelope& request, std::string_view log_level, std::string_view others = {}) const;

    /// Returns the params of a request that has no others; `others` are more members, raw.
    std::string wrap(std::string_view others = {}) const;

private:
    std::string members_;  // of `_meta`
};

}  // namespace bridge::era
