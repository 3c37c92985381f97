#include "bridge/core/memory_charge.hpp"

namespace bridge::core {

void memory_charge::change(std::size_t bytes) {
    if (account_) account_->budget().change(*account_, use_, bytes_, bytes);
    bytes_ = bytes;
}

bool memory_charge::may_grow_to(std::size_t bytes) const {
    if (!account_ || bytes <= bytes_ || account_->budget().has_room(*account_, bytes - bytes_)) return true;
    account_->budget().record_want(*account_);
    return false;
}

void memory_charge::pay_from(memory_account_ptr account) {
    if (account == account_) return;
    const std::size_t bytes = bytes_;
    set(0);
    account_ = std::move(account);
    set(bytes);
}

}  // namespace bridge::core
