// The policy of replies to requests of the modern era.
#pragma once

#include <functional>
#include <memory>

#include "bridge/endpoints/reply_policy.hpp"
#include "bridge/session/exchange.hpp"

namespace bridge::endpoints {

/// The stream of a request has one reply. If the client closes that reply, the request is cancelled (revision 2026-07-28, Cancellation).
class modern_policy final : public reply_policy {
public:
    /// For a client of the principal `label`, which must outlive the policy.
    explicit modern_policy(std::string_view label) : label_(label) {}

    /// Sets what is done when the client leaves. It may be called more than once.
    void on_departure(std::function<void()> cancel) { cancel_ = std::move(cancel); }

    /// Sets the call whose stream the reply carries, and which is cancelled when the client leaves.
    void carry(const std::shared_ptr<session::exchange>& call) { call_ = call; }

    void offer_resuming(const std::shared_ptr<session::stream>&) override {}
    bool may_leave() const override { return false; }
    bool has_other_way(const session::stream&) const override { return false; }
    bool breaks_at_age() const override { return false; }
    bool is_cancelled_by_departure() const override { return true; }
    status status_of(std::string_view answer) const override;
    void on_reader_lost(session::stream& source) override;
    std::string_view label() const override { return label_; }

private:
    std::string_view label_;
    std::weak_ptr<session::exchange> call_;
    std::function<void()> cancel_;
};

}  // namespace bridge::endpoints
