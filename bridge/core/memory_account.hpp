// The share of the memory budget that one principal holds.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace bridge::core {

class memory_budget;

/// The memory that one principal holds.
class memory_account {
public:
    memory_account(memory_budget& budget, std::string principal) : budget_(budget), principal_(std::move(principal)) {}

    memory_budget& budget() const { return budget_; }
    const std::string& principal() const { return principal_; }
    std::size_t used() const { return used_; }

private:
    friend class memory_budget;
    friend class memory_charge;

    memory_budget& budget_;
    std::string principal_;
    std::size_t used_ = 0;
};

using memory_account_ptr = std::shared_ptr<memory_account>;

}  // namespace bridge::core
