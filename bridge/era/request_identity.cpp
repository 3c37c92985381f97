#include "bridge/era/request_identity.hpp"

#include <utility>

#include "bridge/era/params_digest.hpp"

namespace bridge::era {
namespace {

// A copy of this length costs less than its digest.
constexpr std::size_t longest_copy = 16 * 1024;

}  // namespace

request_identity::request_identity(const jsonrpc::envelope& message, core::memory_account_ptr account) {
    if (message.params.size() > longest_copy) {
        digest_ = params_digest(message);
        return;
    }
    method_ = message.method;
    params_ = message.params;
    charge_ = {std::move(account), core::memory_use::request};
    charge_.set(core::capacity_of(method_) + core::capacity_of(params_));
}

const core::digest& request_identity::digest() const {
    if (!digest_) {
        jsonrpc::envelope message;
        message.method = method_;
        message.params = params_;
        digest_ = params_digest(message);
        params_ = {};
        charge_.set(core::capacity_of(method_));
    }
    return *digest_;
}

}  // namespace bridge::era
