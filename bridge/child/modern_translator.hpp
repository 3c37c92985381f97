// The use of a child of the modern era by clients of the legacy era.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/handshake.hpp"
#include "bridge/child/link.hpp"
#include "bridge/child/refusal.hpp"

namespace bridge::child {

/// A child that accepts calls of clients of the legacy era.
struct opened_child {
    std::shared_ptr<link> shown;    ///< the link that its users call
    std::string initialize_result;  ///< its answer to `initialize`, raw; the translator makes one for a child of the modern era
    std::string discover_result{};  ///< the answer of a child of the modern era to `server/discover`, raw; empty for another child
};

/// Shows children of the modern era as children of the legacy era. The folder `era` implements it.
class modern_translator {
public:
    virtual ~modern_translator() = default;

    /// The params of the `server/discover` with which the bridge opens a child for a client that sent `words`.
    virtual std::string discover_params(const legacy_handshake& words) const = 0;

    /// Returns the link over `source`, a child that has answered `server/discover` with `result`, raw. That link becomes the owner of `source`.
    /// Refuses a child that does not speak the revision of the bridge.
    virtual granted<opened_child> translate(core::executor executor, std::shared_ptr<link> source, const legacy_handshake& words,
                                            std::string_view result) const = 0;
};

}  // namespace bridge::child
