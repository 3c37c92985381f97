// The charge of one buffer to the memory budget.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "bridge/core/memory_budget.hpp"

namespace bridge::core {

/// Charges the capacity of one buffer, or of several buffers of one owner. Keep the charge beside the buffer: it moves with the buffer, and
/// its destruction returns the bytes to the budget. A charge without an account charges nothing.
class memory_charge {
public:
    memory_charge() = default;
    memory_charge(memory_account_ptr account, memory_use use) : account_(std::move(account)), use_(use) {}
    ~memory_charge() { set(0); }

    memory_charge(memory_charge&& other) noexcept : account_(std::move(other.account_)), use_(other.use_), bytes_(std::exchange(other.bytes_, 0)) {}
    memory_charge& operator=(memory_charge&& other) noexcept {
        std::swap(account_, other.account_);
        std::swap(use_, other.use_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }

    /// Sets the current capacity of the buffer.
    void set(std::size_t bytes) {
        if (bytes != bytes_) change(bytes);
    }
    std::size_t bytes() const { return bytes_; }

    /// True if a large buffer, or one that becomes large, may grow to `bytes`.
    bool may_grow_to(std::size_t bytes) const;

    /// True if not even small messages may be added.
    bool is_full() const { return account_ && account_->budget().is_full(); }

    const memory_account_ptr& account() const { return account_; }

    /// From now on the principal of `account` pays for the buffer.
    void pay_from(memory_account_ptr account);

private:
    void change(std::size_t bytes);

    memory_account_ptr account_;
    memory_use use_ = memory_use::connection;
    std::size_t bytes_ = 0;
};

/// The memory that a string costs: 0 while the string is so short that it needs no buffer of its own.
inline std::size_t capacity_of(const std::string& text) {
    constexpr std::size_t inside = 15;
    return text.capacity() <= inside ? 0 : text.capacity();
}

}  // namespace bridge::core
