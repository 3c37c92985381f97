// Children of the modern era for legacy clients.
#pragma once

#include "bridge/child/modern_translator.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/era/legacy_schema.hpp"

namespace bridge::era {

/// Shows each child of the modern era by a `legacy_view`.
class modern_children final : public child::modern_translator {
public:
    /// `bounds` must outlive it and the links that it makes.
    explicit modern_children(const core::limits& bounds) : bounds_(bounds) {}

    std::string discover_params(const child::legacy_handshake& words) const override;
    child::granted<child::opened_child> translate(core::executor executor, std::shared_ptr<child::link> source, const child::legacy_handshake& words,
                                                  std::string_view result) const override;

private:
    const core::limits& bounds_;
    std::shared_ptr<wrapped_tools> tools_ = std::make_shared<wrapped_tools>();
};

}  // namespace bridge::era
