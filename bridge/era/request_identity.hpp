// The identity of a request in flight.
#pragma once

#include <optional>
#include <string>

#include "bridge/core/memory_charge.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// Knows the digest of a request (`params_digest`) for as long as the call lasts. Few calls need it, so of a request with short params it is made
/// when it is asked for.
class request_identity {
public:
    /// The digest of a request with longer params must be made before the call begins (`digest_in_slices`).
    static constexpr std::size_t longest_params = 16 * 1024;

    /// `made` is the digest of `message`, if it was made already. `account` pays for the copy of the params; null for none.
    request_identity(const jsonrpc::envelope& message, const std::optional<core::digest>& made, core::memory_account_ptr account);

    const core::digest& digest() const;

private:
    mutable std::string method_;
    mutable std::string params_;
    mutable std::optional<core::digest> digest_;
    mutable core::memory_charge charge_;
};

}  // namespace bridge::era
