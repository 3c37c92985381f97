#include "bridge/era/request_identity.hpp"

#include <utility>

#include "bridge/era/params_digest.hpp"

namespace bridge::era {

request_identity::request_identity(const jsonrpc::envelope& message, const std::optional<core::digest>& made, core::memory_account_ptr account)
    : digest_(made) {
    if (digest_) return;
    method_ = message.method;
    params_ = message.params;
    charge_ = {std::move(account), core::memory_use::request};
    charge_.set(core::capacity_of(method_) + core::capacity_of(params_));
}

const core::digest& request_identity::digest() const {
    if (!digest_) {
        digest_ = params_digest(method_, jsonrpc::members_of(params_));
        params_ = {};
        charge_.set(core::capacity_of(method_));
    }
    return *digest_;
}

}  // namespace bridge::era
