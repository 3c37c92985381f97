// The capabilities of a client of the modern era, as far as a child's behaviour can depend on them.
#pragma once

#include <string>
#include <string_view>

#include "bridge/core/memory_charge.hpp"

namespace bridge::era {

/// Clients with equal profiles can be served by one child. Other differences between capabilities say nothing to a child of the legacy era, so a
/// client that varies them gets no second process.
struct client_profile {
    bool asks_by_form = false;          ///< elicitation by a form
    bool asks_by_url = false;           ///< elicitation by a web page
    bool samples = false;               ///< sampling
    bool samples_with_tools = false;    ///< `sampling.tools`
    bool samples_with_context = false;  ///< `sampling.context`
    bool has_roots = false;             ///< roots
    std::string extensions{};           ///< raw JSON object in one form; empty if there are none
    core::memory_charge charge{};       ///< for `extensions`, while the profile is kept

    /// Reads the raw capabilities of a request. The extension for tasks is left out: its tasks are not those of the legacy era.
    static client_profile read(std::string_view capabilities);

    /// True if a server can ask the client anything.
    bool can_be_asked() const { return asks_by_form || asks_by_url || samples || has_roots; }

    /// A short text that is equal for equal profiles only; empty for a client that declares nothing.
    std::string key() const;

    /// The raw params of the `initialize` by which the bridge opens a child for clients of this profile.
    std::string initialize_params() const;
};

}  // namespace bridge::era
