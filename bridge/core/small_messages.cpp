#include "bridge/core/small_messages.hpp"

namespace bridge::core {

bool may_keep_small(const memory_charge& charge, std::size_t more) {
    const memory_account_ptr& account = charge.account();
    if (!account) return true;
    return account->used() + more <= account->budget().limit() / 2 && charge.may_grow_to(charge.bytes() + more);
}

}  // namespace bridge::core
