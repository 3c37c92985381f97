// The identity of a request in flight.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/core/memory_charge.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

/// Knows the digest of a request (`params_digest`) for as long as the call lasts. Few calls need it, so it is made when it is asked for, unless the
/// params are long.
class request_identity {
public:
    /// `params` are the members of the params of `message`. `account` pays for the copy of the params; null for none.
    request_identity(const jsonrpc::envelope& message, const std::vector<jsonrpc::member>& params, core::memory_account_ptr account);

    const core::digest& digest() const;

private:
    mutable std::string method_;
    mutable std::string params_;
    mutable std::optional<core::digest> digest_;
    mutable core::memory_charge charge_;
};

}  // namespace bridge::era
